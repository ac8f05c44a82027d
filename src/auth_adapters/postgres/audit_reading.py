"""The audit trail in PostgreSQL, to be read and sealed, and what is personal in it erased."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, cast

from sqlalchemy import LargeBinary, Row, Select, Uuid, any_, bindparam, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from auth_adapters.postgres.audit import EVENTS
from auth_adapters.postgres.audit_sealing import BATCHES
from auth_adapters.postgres.schema import SCHEMA
from auth_adapters.postgres.statements import InTransaction
from auth_core.audit.chain import Batch
from auth_core.audit.ports import Unsealed
from auth_core.audit.recorded import EventFilter, Mark, Order, Place, RecordedEvent
from auth_core.ids import EventId, SessionId, UserId

_PLACE: Final = tuple_(EVENTS.c.at, EVENTS.c.id)
_MARK: Final = tuple_(EVENTS.c.recorded_at, EVENTS.c.id)

_FIRST_RECORDED: Final = select(EVENTS).order_by(EVENTS.c.recorded_at, EVENTS.c.id).limit(bindparam("rows"))
_NEXT_RECORDED: Final = _FIRST_RECORDED.where(
    tuple_(bindparam("after_moment", type_=EVENTS.c.recorded_at.type), bindparam("after_id", type_=Uuid())) < _MARK
)
_FIND: Final = select(EVENTS).where(EVENTS.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))))

# With the moment of the look in each row: what is not among them and was recorded before, is not committed yet.
_UNSEALED_EVER: Final = _FIRST_RECORDED.add_columns(func.statement_timestamp().label("looked_at"))
_since = bindparam("since", type_=EVENTS.c.recorded_at.type)
_UNSEALED: Final = _UNSEALED_EVER.where(
    EVENTS.c.recorded_at > _since,
    EVENTS.c.id.not_in(select(func.unnest(BATCHES.c.event_ids)).where(BATCHES.c.seen_until > _since)),
)

_OURS: Final = getattr(func, SCHEMA)
_ERASE: Final = select(
    _OURS.audit_erase(bindparam("event_id", type_=Uuid), bindparam("leaving", type_=LargeBinary)).label("erased")
)
_MAY_BE_ERASED: Final = select(_OURS.audit_may_erase(bindparam("person", type_=Uuid)).label("may"))


def _page_of(which: EventFilter, *, after: Place | None, order: Order) -> Select[*tuple[Any, ...]]:
    """Build the question with the conditions that are given and no others, so that each finds its index."""
    newest_first = order is Order.NEWEST_FIRST
    page = select(EVENTS).order_by(
        *((EVENTS.c.at.desc(), EVENTS.c.id.desc()) if newest_first else (EVENTS.c.at, EVENTS.c.id))
    )
    for name in ("subject", "actor", "kind", "outcome"):
        if getattr(which, name) is not None:
            page = page.where(EVENTS.c[name] == bindparam(name))
    if which.since is not None:
        page = page.where(EVENTS.c.at >= bindparam("since"))
    if which.until is not None:
        page = page.where(EVENTS.c.at < bindparam("until"))
    if after is not None:
        place = tuple_(bindparam("after_at", type_=EVENTS.c.at.type), bindparam("after_id", type_=Uuid()))
        page = page.where(place > _PLACE if newest_first else place < _PLACE)
    return page.limit(bindparam("rows"))


class PostgresRecordedEvents:
    """The record of what happened."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def page(
        self, which: EventFilter, *, after: Place | None, limit: int, order: Order
    ) -> Sequence[RecordedEvent]:
        values: dict[str, object] = {
            "subject": which.subject,
            "actor": which.actor,
            "kind": which.kind and which.kind.value,
            "outcome": which.outcome and which.outcome.value,
            "since": which.since,
            "until": which.until,
        }
        if after is not None:
            values |= {"after_at": after.at, "after_id": after.id}
        found = await self._statements.run(
            _page_of(which, after=after, order=order),
            rows=limit,
            **{name: value for name, value in values.items() if value is not None},
        )
        return [_event_in(row) for row in found.rows]

    async def recorded(self, *, after: Mark | None, limit: int) -> Sequence[RecordedEvent]:
        if after is None:
            found = await self._statements.run(_FIRST_RECORDED, rows=limit)
        else:
            found = await self._statements.run(
                _NEXT_RECORDED, rows=limit, after_moment=after.recorded_at, after_id=after.id
            )
        return [_event_in(row) for row in found.rows]

    async def find(self, ids: Collection[EventId]) -> Sequence[RecordedEvent]:
        found = await self._statements.run(_FIND, ids=list(ids))
        return [_event_in(row) for row in found.rows]

    async def unsealed(self, *, last: Batch | None, lateness: timedelta, limit: int) -> Unsealed | None:
        if last is None:
            found = await self._statements.run(_UNSEALED_EVER, rows=limit)
        else:
            found = await self._statements.run(_UNSEALED, since=last.seen_until - lateness, rows=limit)
        if not found.rows:
            return None
        events = [_event_in(row) for row in found.rows]
        # A statement's clock stands still while it runs, a recording's does not.
        newest = max(events[-1].recorded_at, found.rows[0].looked_at)
        return Unsealed(events=events, seen_until=newest if len(events) < limit else events[-1].recorded_at)

    async def erase(self, event_id: EventId, *, leaving: bytes) -> bool:
        erased = (await self._statements.run(_ERASE, event_id=event_id, leaving=leaving)).row
        return erased is not None and bool(erased.erased)

    async def may_be_erased(self, person: UserId) -> bool:
        may = (await self._statements.run(_MAY_BE_ERASED, person=person)).row
        return may is not None and bool(may.may)


def _details_in(row: Row[Any]) -> Mapping[str, object]:
    """Return what the row has, also when somebody has put in something else than we do."""
    details: object = row.details
    return cast("Mapping[str, object]", details) if isinstance(details, dict) else {"": details}


def _event_in(row: Row[Any]) -> RecordedEvent:
    return RecordedEvent(
        id=EventId(row.id),
        kind=row.kind,
        outcome=row.outcome,
        at=row.at,
        recorded_at=row.recorded_at,
        actor=None if row.actor is None else UserId(row.actor),
        subject=None if row.subject is None else UserId(row.subject),
        session_id=None if row.session_id is None else SessionId(row.session_id),
        address=row.address,
        user_agent=row.user_agent,
        request_id=row.request_id,
        details=_details_in(row),
        salt=None if row.salt is None else row.salt.bytes,
        personal_digest=row.personal_digest,
    )
