"""Deliveries to webhooks in PostgreSQL: written with the event they tell of, claimed by lease, settled, purged."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Index,
    Integer,
    Row,
    Text,
    Uuid,
    bindparam,
    delete,
    func,
    null,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from auth_adapters.postgres.queue import MOMENT, NOTIFY, NOW, PostgresQueue, is_one_of, queue_over
from auth_adapters.postgres.schema import Record, table_of
from auth_adapters.postgres.statements import Alone, InTransaction
from auth_adapters.postgres.webhooks import WEBHOOKS
from auth_core.audit.recorded import Place
from auth_core.ids import ClaimId, EventId, MessageId, WebhookId
from auth_core.outbox.model import State
from auth_core.webhooks.model import Delivery, FiledDelivery


class WebhookDeliveryRecord(Record):
    """One event on its way to one webhook.

    It refers to nothing: a reference to the webhook would let whoever deletes that fail a log-in that is under way.
    """

    __tablename__ = "webhook_deliveries"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    webhook_id: Mapped[UUID]
    event_id: Mapped[UUID]
    kind: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    claim: Mapped[UUID | None]
    over_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    __table_args__ = (Index(None, "webhook_id", "created_at", "id"),)


DELIVERIES: Final = table_of(WebhookDeliveryRecord)
_WAITS: Final = DELIVERIES.c.over_at.is_(None)

Index("webhook_deliveries_webhook_id_due_at_idx", DELIVERIES.c.webhook_id, DELIVERIES.c.due_at, postgresql_where=_WAITS)
Index("webhook_deliveries_over_at_idx", DELIVERIES.c.over_at, postgresql_where=DELIVERIES.c.over_at.is_not(None))

_IS_MEANT: Final = DELIVERIES.c.id == bindparam("delivery_id", type_=Uuid)
_IS_THEIRS: Final = DELIVERIES.c.webhook_id == bindparam("of_webhook", type_=Uuid)
_PLACE: Final = (DELIVERIES.c.created_at, DELIVERIES.c.id)

_PAGE: Final = (
    select(DELIVERIES)
    .where(
        _IS_THEIRS,
        or_(bindparam("in_state", type_=Text).is_(None), DELIVERIES.c.state == bindparam("in_state", type_=Text)),
        or_(
            bindparam("after_at", type_=MOMENT).is_(None),
            tuple_(*_PLACE) < tuple_(bindparam("after_at", type_=MOMENT), bindparam("after_id", type_=Uuid)),
        ),
    )
    .order_by(*(column.desc() for column in _PLACE))
    .limit(bindparam("rows"))
)
_AS_NEW: Final = {
    "state": State.WAITING.value,
    "due_at": NOW,
    "attempts": 0,
    "claim": null(),
    "over_at": null(),
    "reason": null(),
}
_REVIVE: Final = (
    update(DELIVERIES)
    .where(_IS_MEANT, _IS_THEIRS, DELIVERIES.c.over_at.is_not(None))
    .values(_AS_NEW)
    .returning(DELIVERIES)
)
_REVIVE_DEAD: Final = (
    update(DELIVERIES)
    .where(
        _IS_THEIRS,
        DELIVERIES.c.state == State.DEAD.value,
        DELIVERIES.c.over_at >= bindparam("dead_since", type_=MOMENT),
    )
    .values(_AS_NEW)
)

_HELD: Final = DELIVERIES.alias("held")
_SHARE: Final = bindparam("share", type_=Integer) - (
    select(func.count())
    .select_from(_HELD)
    .where(
        _HELD.c.webhook_id == WEBHOOKS.c.id,
        _HELD.c.over_at.is_(None),
        _HELD.c.claim.is_not(None),
        _HELD.c.due_at > NOW,
    )
    .correlate(WEBHOOKS)
    .scalar_subquery()
)
# Webhook by webhook, so that one with thousands that are due does not stand in the way of the others.
_DUE_OF_ONE: Final = (
    select(DELIVERIES.c.id, DELIVERIES.c.due_at)
    .where(DELIVERIES.c.webhook_id == WEBHOOKS.c.id, _WAITS, DELIVERIES.c.due_at <= NOW)
    .order_by(DELIVERIES.c.due_at)
    .limit(func.greatest(0, _SHARE))
    .with_for_update(skip_locked=True, of=DELIVERIES)
    .lateral("due")
)
_DUE: Final = (
    select(_DUE_OF_ONE.c.id)
    .select_from(WEBHOOKS.join(_DUE_OF_ONE, true()))
    .order_by(_DUE_OF_ONE.c.due_at)
    .limit(bindparam("rows"))
)
_QUEUE: Final = queue_over(DELIVERIES, due=_DUE, claimed=DELIVERIES.c)
_OF_NOBODY: Final = (
    select(DELIVERIES.c.id)
    .where(~select(WEBHOOKS.c.id).where(WEBHOOKS.c.id == DELIVERIES.c.webhook_id).exists())
    .limit(bindparam("rows"))
    .with_for_update(skip_locked=True, of=DELIVERIES)
)
_PURGE_OF_NOBODY: Final = delete(DELIVERIES).where(is_one_of(DELIVERIES, _OF_NOBODY))


class PostgresWebhookDeliveries:
    """What has become of what webhooks are told."""

    def __init__(self, statements: InTransaction, *, notify: bool) -> None:
        self._statements = statements
        self._notify = notify

    async def page(
        self, webhook_id: WebhookId, *, state: State | None, after: Place | None, limit: int
    ) -> Sequence[FiledDelivery]:
        found = await self._statements.run(
            _PAGE,
            of_webhook=webhook_id,
            in_state=None if state is None else state.value,
            after_at=None if after is None else after.at,
            after_id=None if after is None else after.id,
            rows=limit,
        )
        return [_filed(row) for row in found.rows]

    async def revive(self, webhook_id: WebhookId, delivery_id: MessageId, *, now: datetime) -> FiledDelivery | None:
        row = (await self._statements.run(_REVIVE, of_webhook=webhook_id, delivery_id=delivery_id, now=now)).row
        if row is None:
            return None
        await self._tell()
        return _filed(row)

    async def revive_dead(self, webhook_id: WebhookId, *, since: datetime, now: datetime) -> int:
        revived = await self._statements.run(_REVIVE_DEAD, of_webhook=webhook_id, dead_since=since, now=now)
        await self._tell()
        return revived.count

    async def _tell(self) -> None:
        if self._notify:
            await self._statements.run(NOTIFY)


class PostgresWebhookQueue(PostgresQueue):
    """The deliveries that wait."""

    def __init__(self, apart: Alone, statements: Alone) -> None:
        super().__init__(apart, statements, _QUEUE)

    async def claim(self, claim: ClaimId, *, limit: int, now: datetime, until: datetime) -> Sequence[Delivery]:
        claimed = await self._apart.write(
            self._queue.claim, held_by=claim, rows=limit, share=max(1, limit // 4), now=now, until=until
        )
        return [_delivery(row) for row in claimed.rows]


class PostgresOldWebhookDeliveries:
    """The deliveries that are over, and those to webhooks that are gone: rows somebody holds are left for later."""

    def __init__(self, statements: Alone) -> None:
        self._statements = statements

    async def purge(self, *, over_before: datetime, limit: int) -> int:
        removed = (await self._statements.write(_QUEUE.purge, over_before=over_before, rows=limit)).count
        return removed or (await self._statements.write(_PURGE_OF_NOBODY, rows=limit)).count


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=MessageId(row.id),
        webhook_id=WebhookId(row.webhook_id),
        event_id=EventId(row.event_id),
        kind=row.kind,
        due_at=row.due_at,
        attempts=row.attempts,
    )


def _filed(row: Row[Any]) -> FiledDelivery:
    return FiledDelivery(
        id=MessageId(row.id),
        webhook_id=WebhookId(row.webhook_id),
        event_id=EventId(row.event_id),
        kind=row.kind,
        state=State(row.state),
        attempts=row.attempts,
        created_at=row.created_at,
        due_at=row.due_at,
        over_at=row.over_at,
        reason=row.reason,
    )
