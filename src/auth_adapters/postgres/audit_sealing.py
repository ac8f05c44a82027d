"""The chain of sealed batches in PostgreSQL."""

import struct
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, Row, Text, Uuid, bindparam, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Mapped, mapped_column

from auth_adapters.postgres.schema import SCHEMA, Record, table_of
from auth_adapters.postgres.statements import InTransaction
from auth_core.audit.chain import Batch, Entry, SealedBatch, Signature
from auth_core.audit.digests import moment_of, ticks
from auth_core.audit.policy import Span
from auth_core.ids import EventId

# Of one entry: both of its times, and the digest of what the event says. Its id is in `event_ids`.
_ENTRY: Final = struct.Struct(">qq32s")


class AuditBatchRecord(Record):
    """Events sealed together. `event_ids` and `entries` are null once they have been removed because of their age."""

    __tablename__ = "audit_batches"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    events: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    seen_until: Mapped[datetime]
    sealed_at: Mapped[datetime]
    previous: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str]
    mac: Mapped[bytes] = mapped_column(LargeBinary)
    event_ids: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    entries: Mapped[bytes | None] = mapped_column(LargeBinary)


BATCHES: Final = table_of(AuditBatchRecord)
_HAS_EVENTS: Final = BATCHES.c.event_ids.is_not(None)
_OURS: Final = getattr(func, SCHEMA)
Index(None, BATCHES.c.seen_until, BATCHES.c.number)
Index(None, BATCHES.c.number, postgresql_where=_HAS_EVENTS)

_LAST: Final = select(BATCHES).order_by(BATCHES.c.number.desc()).limit(1)
_APPEND: Final = insert(BATCHES).on_conflict_do_nothing()
_FOLLOWING: Final = (
    select(BATCHES).where(BATCHES.c.number > bindparam("after")).order_by(BATCHES.c.number).limit(bindparam("rows"))
)

_newest = (
    select(BATCHES.c.number, _HAS_EVENTS.label("has_events"))
    .where(BATCHES.c.seen_until <= bindparam("recorded_until"))
    .order_by(BATCHES.c.seen_until.desc(), BATCHES.c.number.desc())
    .limit(1)
    .subquery()
)
# With stretches of time, nothing goes before all of a stretch can go.
_going = _OURS.audit_removable(_newest.c.number).table_valued("stretch").render_derived().lateral()
_NEWEST_OVER: Final = (
    select(_newest.c.number)
    .select_from(_newest)
    .join(_going, true())
    .where(_newest.c.has_events, _going.c.stretch.is_not(None))
)

_REMOVE_OLDEST: Final = select(_OURS.audit_remove_oldest(bindparam("through", type_=BigInteger)).label("events"))
_MAKE_ROOM: Final = select(
    _OURS.audit_make_room(bindparam("span", type_=Text), bindparam("ahead", type_=Integer)).label("made")
)
_MAY_BE_EMPTIED: Final = select(
    func.has_function_privilege(literal(f"{SCHEMA}.audit_remove_oldest(bigint)"), literal("EXECUTE"))
)


class PostgresSealedBatches:
    """The chain of batches, in the order of their numbers."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def last(self) -> SealedBatch | None:
        found = await self._statements.run(_LAST)
        return None if found.row is None else _batch_in(found.row)

    async def append(self, sealed: SealedBatch) -> bool:
        batch = sealed.batch
        entries = batch.entries
        appended = await self._statements.run(
            _APPEND,
            number=batch.number,
            events=batch.count,
            digest=batch.digest,
            seen_until=batch.seen_until,
            sealed_at=batch.sealed_at,
            previous=batch.previous,
            key_id=sealed.signature.key_id,
            mac=sealed.signature.mac,
            event_ids=None if entries is None else [entry.id for entry in entries],
            entries=None if entries is None else _packed(entries),
        )
        return appended.count == 1

    async def following(self, number: int, *, limit: int) -> Sequence[SealedBatch]:
        found = await self._statements.run(_FOLLOWING, after=number, rows=limit)
        return [_batch_in(row) for row in found.rows]

    async def newest_over(self, *, recorded_until: datetime) -> int | None:
        found = await self._statements.run(_NEWEST_OVER, recorded_until=recorded_until)
        return None if found.row is None else int(found.row.number)

    async def empty_oldest(self, *, through: int) -> int | None:
        removed = (await self._statements.run(_REMOVE_OLDEST, through=through)).row
        return None if removed is None or removed.events is None else int(removed.events)

    async def make_room(self, *, span: Span, ahead: int) -> int:
        made = (await self._statements.run(_MAKE_ROOM, span=span.value, ahead=ahead)).row
        return 0 if made is None else int(made.made)

    async def may_be_emptied(self) -> bool:
        rights = (await self._statements.run(_MAY_BE_EMPTIED)).row
        return rights is not None and all(rights)


def _packed(entries: Sequence[Entry]) -> bytes:
    return b"".join(_ENTRY.pack(ticks(entry.at), ticks(entry.recorded_at), entry.content) for entry in entries)


def _entries_in(row: Row[Any]) -> tuple[Entry, ...] | None:
    """Return what the row lists, as far as it makes sense: whether that is what was sealed, its digest says."""
    if row.event_ids is None or row.entries is None:
        return None if row.event_ids is row.entries else ()
    if len(row.entries) != len(row.event_ids) * _ENTRY.size:
        return ()
    try:
        return tuple(
            Entry(id=EventId(event_id), at=moment_of(at), recorded_at=moment_of(recorded_at), content=content)
            for event_id, (at, recorded_at, content) in zip(row.event_ids, _ENTRY.iter_unpack(row.entries), strict=True)
        )
    except OverflowError:
        return ()


def _batch_in(row: Row[Any]) -> SealedBatch:
    return SealedBatch(
        batch=Batch(
            number=row.number,
            count=row.events,
            digest=row.digest,
            seen_until=row.seen_until,
            sealed_at=row.sealed_at,
            previous=row.previous,
            entries=_entries_in(row),
        ),
        signature=Signature(key_id=row.key_id, mac=row.mac),
    )
