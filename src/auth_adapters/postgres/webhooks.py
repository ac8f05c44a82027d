"""Webhooks in PostgreSQL, and the writing of deliveries along with the trail."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    LargeBinary,
    Row,
    Text,
    any_,
    bindparam,
    case,
    delete,
    func,
    insert,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from auth_adapters.postgres.schema import Record, table_of
from auth_adapters.postgres.statements import InTransaction
from auth_core.ids import WebhookId
from auth_core.webhooks.model import MOST_REPLACED, DisabledBecause, ReplacedSecret, SealedSecret, Webhook

_SECRETS: Final = ARRAY(LargeBinary)
_MOMENTS: Final = ARRAY(DateTime(timezone=True))


class WebhookRecord(Record):
    """An address that is told what happens. Its secrets are sealed; each replaced one has its end beside it."""

    __tablename__ = "webhooks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    url: Mapped[str]
    description: Mapped[str]
    types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime]
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    secret_made_at: Mapped[datetime]
    replaced_secrets: Mapped[list[bytes]] = mapped_column(_SECRETS)
    replaced_untils: Mapped[list[datetime]] = mapped_column(_MOMENTS)
    disabled_at: Mapped[datetime | None]
    disabled_because: Mapped[str | None]


WEBHOOKS: Final = table_of(WebhookRecord)
_IS_MEANT: Final = WEBHOOKS.c.id == bindparam("webhook_id")
_OLD_UNTIL: Final = bindparam("old_until", type_=DateTime(timezone=True))
_NEW_URL: Final = bindparam("new_url", type_=Text)
_NEW_DESCRIPTION: Final = bindparam("new_description", type_=Text)
_NEW_TYPES: Final = bindparam("new_types", type_=ARRAY(Text))
_OLD_SECRET: Final = bindparam("old_secret", type_=LargeBinary)
_NEW_SECRET: Final = bindparam("new_secret", type_=LargeBinary)


def _replaced(last: ColumnElement[Any], before: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return what is kept of those replaced `before` and of the `last` one; nothing if all are to be void."""
    kept = func.array_prepend(last, before, type_=before.type)[1:MOST_REPLACED]
    return case((_OLD_UNTIL.is_not(None), kept), else_=before[1:0])


_ADD: Final = insert(WEBHOOKS)
_FIND: Final = select(WEBHOOKS).where(_IS_MEANT)
_LIST: Final = select(WEBHOOKS).order_by(WEBHOOKS.c.id)
_CHANGE: Final = (
    update(WEBHOOKS)
    .where(
        _IS_MEANT,
        or_(
            WEBHOOKS.c.url != _NEW_URL,
            WEBHOOKS.c.description != _NEW_DESCRIPTION,
            WEBHOOKS.c.types != _NEW_TYPES,
        ),
    )
    .values(url=_NEW_URL, description=_NEW_DESCRIPTION, types=_NEW_TYPES)
)
_DISABLE: Final = (
    update(WEBHOOKS)
    .where(_IS_MEANT, WEBHOOKS.c.disabled_at.is_(None))
    .values(disabled_at=bindparam("now"), disabled_because=bindparam("because"))
)
_ENABLE: Final = (
    update(WEBHOOKS)
    .where(_IS_MEANT, WEBHOOKS.c.disabled_at.is_not(None))
    .values(disabled_at=null(), disabled_because=null())
)
_REPLACE_SECRET: Final = (
    update(WEBHOOKS)
    .where(_IS_MEANT)
    .values(
        secret=_NEW_SECRET,
        secret_made_at=bindparam("now"),
        replaced_secrets=_replaced(WEBHOOKS.c.secret, WEBHOOKS.c.replaced_secrets),
        replaced_untils=_replaced(_OLD_UNTIL, WEBHOOKS.c.replaced_untils),
    )
)
_RESEAL: Final = (
    update(WEBHOOKS)
    .where(_IS_MEANT, or_(WEBHOOKS.c.secret == _OLD_SECRET, any_(WEBHOOKS.c.replaced_secrets) == _OLD_SECRET))
    .values(
        secret=case((WEBHOOKS.c.secret == _OLD_SECRET, _NEW_SECRET), else_=WEBHOOKS.c.secret),
        replaced_secrets=func.array_replace(WEBHOOKS.c.replaced_secrets, _OLD_SECRET, _NEW_SECRET, type_=_SECRETS),
    )
)
_REMOVE: Final = delete(WEBHOOKS).where(_IS_MEANT)


class PostgresWebhooks:
    """Every webhook there is."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def add(self, webhook: Webhook) -> None:
        await self._statements.run(
            _ADD,
            id=webhook.id,
            url=webhook.url,
            description=webhook.description,
            types=sorted(webhook.types),
            created_at=webhook.created_at,
            secret=webhook.secret.sealed,
            secret_made_at=webhook.secret_made_at,
            replaced_secrets=[each.secret.sealed for each in webhook.replaced],
            replaced_untils=[each.good_until for each in webhook.replaced],
            disabled_at=webhook.disabled_at,
            disabled_because=webhook.disabled_because and webhook.disabled_because.value,
        )

    async def find(self, webhook_id: WebhookId) -> Webhook | None:
        row = (await self._statements.run(_FIND, webhook_id=webhook_id)).row
        return None if row is None else _webhook_in(row)

    async def list_all(self) -> Sequence[Webhook]:
        return [_webhook_in(row) for row in (await self._statements.run(_LIST)).rows]

    async def change(self, webhook_id: WebhookId, *, url: str, description: str, types: frozenset[str]) -> bool:
        changed = await self._statements.run(
            _CHANGE, webhook_id=webhook_id, new_url=url, new_description=description, new_types=sorted(types)
        )
        return changed.count == 1

    async def disable(self, webhook_id: WebhookId, *, now: datetime, because: DisabledBecause) -> bool:
        disabled = await self._statements.run(_DISABLE, webhook_id=webhook_id, now=now, because=because.value)
        return disabled.count == 1

    async def enable(self, webhook_id: WebhookId) -> bool:
        return (await self._statements.run(_ENABLE, webhook_id=webhook_id)).count == 1

    async def replace_secret(
        self, webhook_id: WebhookId, new: SealedSecret, *, now: datetime, old_until: datetime | None
    ) -> bool:
        replaced = await self._statements.run(
            _REPLACE_SECRET, webhook_id=webhook_id, new_secret=new.sealed, now=now, old_until=old_until
        )
        return replaced.count == 1

    async def reseal(self, new: SealedSecret, *, old: SealedSecret) -> bool:
        resealed = await self._statements.run(
            _RESEAL, webhook_id=old.webhook_id, new_secret=new.sealed, old_secret=old.sealed
        )
        return resealed.count == 1

    async def remove(self, webhook_id: WebhookId) -> bool:
        return (await self._statements.run(_REMOVE, webhook_id=webhook_id)).count == 1


def _webhook_in(row: Row[Any]) -> Webhook:
    webhook_id = WebhookId(row.id)
    return Webhook(
        id=webhook_id,
        url=row.url,
        description=row.description,
        types=frozenset(row.types),
        created_at=row.created_at,
        secret=SealedSecret(webhook_id=webhook_id, sealed=row.secret),
        secret_made_at=row.secret_made_at,
        replaced=tuple(
            ReplacedSecret(secret=SealedSecret(webhook_id=webhook_id, sealed=secret), good_until=until)
            for secret, until in zip(row.replaced_secrets, row.replaced_untils, strict=True)
        ),
        disabled_at=row.disabled_at,
        disabled_because=None if row.disabled_because is None else DisabledBecause(row.disabled_because),
    )
