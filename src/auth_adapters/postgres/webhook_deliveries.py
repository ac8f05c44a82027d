"""Deliveries to webhooks in PostgreSQL: written with the event they tell of, claimed by lease, settled, purged."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    DateTime,
    Index,
    Integer,
    Row,
    Text,
    Uuid,
    any_,
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
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from auth_adapters.postgres.outbox import ARRIVALS
from auth_adapters.postgres.schema import Record, table_of
from auth_adapters.postgres.statements import Alone, InTransaction
from auth_adapters.postgres.webhooks import WEBHOOKS
from auth_core.audit.recorded import Place
from auth_core.ids import ClaimId, EventId, MessageId, WebhookId
from auth_core.outbox.model import Backlog, State
from auth_core.webhooks.model import Delivery, FiledDelivery


class WebhookDeliveryRecord(Record):
    """One event on its way to one webhook. `over_at` is null while it waits; a claim moves `due_at` to where it ends.

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

_MOMENT: Final = DateTime(timezone=True)
_NOW: Final = bindparam("now", type_=_MOMENT)
_REASON: Final = bindparam("new_reason", type_=Text)
_IS_MEANT: Final = DELIVERIES.c.id == bindparam("delivery_id", type_=Uuid)
_IS_THEIRS: Final = DELIVERIES.c.webhook_id == bindparam("of_webhook", type_=Uuid)
_IS_HELD: Final = (_IS_MEANT, _WAITS, DELIVERIES.c.claim == bindparam("held_by", type_=Uuid))
_PLACE: Final = (DELIVERIES.c.created_at, DELIVERIES.c.id)

_PAGE: Final = (
    select(DELIVERIES)
    .where(
        _IS_THEIRS,
        or_(bindparam("in_state", type_=Text).is_(None), DELIVERIES.c.state == bindparam("in_state", type_=Text)),
        or_(
            bindparam("after_at", type_=_MOMENT).is_(None),
            tuple_(*_PLACE) < tuple_(bindparam("after_at", type_=_MOMENT), bindparam("after_id", type_=Uuid)),
        ),
    )
    .order_by(*(column.desc() for column in _PLACE))
    .limit(bindparam("rows"))
)
_AS_NEW: Final = {
    "state": State.WAITING.value,
    "due_at": _NOW,
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
        DELIVERIES.c.over_at >= bindparam("dead_since", type_=_MOMENT),
    )
    .values(_AS_NEW)
)
_NOTIFY: Final = select(func.pg_notify(ARRIVALS, "", type_=Text))

_HELD: Final = DELIVERIES.alias("held")
_SHARE: Final = bindparam("share", type_=Integer) - (
    select(func.count())
    .select_from(_HELD)
    .where(
        _HELD.c.webhook_id == WEBHOOKS.c.id,
        _HELD.c.over_at.is_(None),
        _HELD.c.claim.is_not(None),
        _HELD.c.due_at > _NOW,
    )
    .correlate(WEBHOOKS)
    .scalar_subquery()
)
# Webhook by webhook, so that one with thousands that are due does not stand in the way of the others.
_DUE_OF_ONE: Final = (
    select(DELIVERIES.c.id, DELIVERIES.c.due_at)
    .where(DELIVERIES.c.webhook_id == WEBHOOKS.c.id, _WAITS, DELIVERIES.c.due_at <= _NOW)
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
_CLAIM: Final = (
    update(DELIVERIES)
    .where(DELIVERIES.c.id == any_(func.array(_DUE.scalar_subquery(), type_=ARRAY(Uuid))))
    .values(
        claim=bindparam("held_by", type_=Uuid),
        due_at=bindparam("until", type_=_MOMENT),
        attempts=DELIVERIES.c.attempts + 1,
    )
    .returning(DELIVERIES)
)
_END: Final = (
    update(DELIVERIES)
    .where(*_IS_HELD)
    .values(state=bindparam("new_state", type_=Text), over_at=_NOW, reason=_REASON, claim=null())
)
_POSTPONE: Final = (
    update(DELIVERIES).where(*_IS_HELD).values(due_at=bindparam("until", type_=_MOMENT), reason=_REASON, claim=null())
)
_BACKLOG: Final = select(
    select(func.count()).where(_WAITS).select_from(DELIVERIES).scalar_subquery().label("waiting"),
    select(func.min(DELIVERIES.c.created_at)).where(_WAITS).scalar_subquery().label("oldest"),
    select(func.count())
    .where(DELIVERIES.c.over_at.is_not(None), DELIVERIES.c.state == State.DEAD.value)
    .select_from(DELIVERIES)
    .scalar_subquery()
    .label("dead"),
)
_OVER: Final = (
    select(DELIVERIES.c.id)
    .where(DELIVERIES.c.over_at < bindparam("over_before", type_=_MOMENT))
    .order_by(DELIVERIES.c.over_at)
    .limit(bindparam("rows"))
    .with_for_update(skip_locked=True)
)
_OF_NOBODY: Final = (
    select(DELIVERIES.c.id)
    .where(~select(WEBHOOKS.c.id).where(WEBHOOKS.c.id == DELIVERIES.c.webhook_id).exists())
    .limit(bindparam("rows"))
    .with_for_update(skip_locked=True, of=DELIVERIES)
)
_PURGES: Final = tuple(
    delete(DELIVERIES).where(DELIVERIES.c.id == any_(func.array(each.scalar_subquery(), type_=ARRAY(Uuid))))
    for each in (_OVER, _OF_NOBODY)
)


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
            await self._statements.run(_NOTIFY)


class PostgresWebhookQueue:
    """The deliveries that wait.

    Claims are made on the connection `apart`, on which nobody waits for requests.
    """

    def __init__(self, apart: Alone, statements: Alone) -> None:
        self._apart = apart
        self._statements = statements

    async def claim(self, claim: ClaimId, *, limit: int, now: datetime, until: datetime) -> Sequence[Delivery]:
        claimed = await self._apart.write(
            _CLAIM, held_by=claim, rows=limit, share=max(1, limit // 4), now=now, until=until
        )
        return [_delivery(row) for row in claimed.rows]

    async def end(
        self, message_id: MessageId, claim: ClaimId, state: State, *, now: datetime, reason: str | None = None
    ) -> bool:
        ended = await self._statements.write(
            _END, delivery_id=message_id, held_by=claim, new_state=state.value, now=now, new_reason=reason
        )
        return ended.count == 1

    async def postpone(self, message_id: MessageId, claim: ClaimId, *, until: datetime, reason: str) -> bool:
        postponed = await self._statements.write(
            _POSTPONE, delivery_id=message_id, held_by=claim, until=until, new_reason=reason
        )
        return postponed.count == 1

    async def look(self) -> Backlog:
        row = (await self._statements.read(_BACKLOG)).rows[0]
        return Backlog(waiting=row.waiting, oldest=row.oldest, dead=row.dead)


class PostgresOldWebhookDeliveries:
    """The deliveries that are over, and those to webhooks that are gone: rows somebody holds are left for later."""

    def __init__(self, statements: Alone) -> None:
        self._statements = statements

    async def purge(self, *, over_before: datetime, limit: int) -> int:
        over, of_nobody = _PURGES
        removed = (await self._statements.write(over, over_before=over_before, rows=limit)).count
        return removed or (await self._statements.write(of_nobody, rows=limit)).count


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
