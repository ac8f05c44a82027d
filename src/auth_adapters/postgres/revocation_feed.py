"""The feed of revocations from PostgreSQL: looks that lose nothing, and a hint when it is time for one.

Rows are told by when they were written, but they are seen when they are committed, in whatever order. So every look
reaches back over what the one before has seen, by more than a transaction of ours can take, and a cursor says how many
rows that stretch held and what their numbers add up to: whoever was late changes that, and is told.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

from sqlalchemy import ColumnElement, DateTime, FromClause, Interval, Row, Select, and_, bindparam, func, or_, select

from auth_adapters.postgres.listening import Listening
from auth_adapters.postgres.revocation import REVOCATIONS
from auth_adapters.postgres.statements import Alone
from auth_core.clock import Clock
from auth_core.ids import SessionId, UserId
from auth_core.revocation.errors import InvalidCursor
from auth_core.revocation.model import (
    KeyRevocation,
    Revocation,
    RoleRevocation,
    SessionRevocation,
    UserRevocation,
)
from auth_core.revocation.ports import Batch, Cursor

_TO_GATHER: Final = 0.005
"""Seconds between a hint and the look it leads to: of many commits at once one look sees all."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)
_LARGEST: Final = 1 << 62

_SEEN_AT: Final = bindparam("seen_at", type_=DateTime(timezone=True))
_CALLERS_NOW: Final = bindparam("now", type_=DateTime(timezone=True))
_OVERLAP: Final = bindparam("overlap", type_=Interval)
_SERVER_NOW: Final = func.statement_timestamp(type_=DateTime(timezone=True))
_LATELY: Final = REVOCATIONS.c.written_at > func.least(_SEEN_AT, _SERVER_NOW) - _OVERLAP


def _count_and_sum(rows: FromClause, which: ColumnElement[bool], name: str) -> tuple[ColumnElement[Any], ...]:
    return (
        func.count().filter(which).label(f"{name}_count"),
        func.coalesce(func.sum(rows.c.id).filter(which), 0).label(f"{name}_sum"),
    )


def _look(among: ColumnElement[bool], *, everything: bool) -> Select[*tuple[Any, ...]]:
    """Build a look at the rows `among`: what is to be told of them, and what the next cursor needs to know.

    There is always a row; where nothing is to be told, its revocation, with `until`, is null.
    """
    rows = select(REVOCATIONS).where(among).cte("rows")
    overlap = and_(rows.c.written_at <= _SERVER_NOW, rows.c.written_at > _SERVER_NOW - _OVERLAP)
    found = [_SERVER_NOW.label("looked_at"), *_count_and_sum(rows, overlap, "overlap")]
    if everything:
        summary = select(*found).select_from(rows).cte("summary")
        told = rows.c.until > _CALLERS_NOW
    else:
        known = rows.c.written_at <= _SEEN_AT
        summary = select(*found, *_count_and_sum(rows, known, "known")).select_from(rows).cte("summary")
        told = or_(
            rows.c.written_at > _SEEN_AT,
            summary.c.known_count != bindparam("known_count"),
            summary.c.known_sum != bindparam("known_sum"),
        )
    return select(
        summary.c.looked_at,
        summary.c.overlap_count,
        summary.c.overlap_sum,
        rows.c.subject,
        rows.c.role,
        rows.c.least_version,
        rows.c.kid,
        rows.c.until,
    ).select_from(summary.outerjoin(rows, told))


_EVERYTHING: Final = _look(
    or_(REVOCATIONS.c.until > _CALLERS_NOW, REVOCATIONS.c.written_at > _SERVER_NOW - _OVERLAP), everything=True
)
_NEWS: Final = _look(_LATELY, everything=False)


class PostgresRevocationFeed:
    """Tells what has been revoked, by looking every `poll` and whenever `listening` heard something.

    It needs no more than looking: without `listening` it is only slower. No transaction may take longer than `overlap`
    from writing a revocation to its commit.
    """

    def __init__(
        self, statements: Alone, *, listening: Listening | None, clock: Clock, poll: timedelta, overlap: timedelta
    ) -> None:
        self._statements = statements
        self._listening = listening
        self._clock = clock
        self._poll = poll
        self._overlap = overlap

    async def changes(self, *, after: Cursor | None, wait: timedelta) -> Batch:
        place = None if after is None else _Place.read(after)
        loop = asyncio.get_running_loop()
        end = loop.time() + wait.total_seconds()
        while True:
            # Before looking: what is committed in between must not be waited for.
            heard = self._listening.next if self._listening else asyncio.Event()
            batch = await self._look(place)
            left = end - loop.time()
            if batch.revocations or place is None or left <= 0:
                return batch
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, self._poll.total_seconds())):
                    await heard.wait()
                    await asyncio.sleep(_TO_GATHER)

    async def _look(self, place: "_Place | None") -> Batch:
        if place is None:
            answer = await self._statements.read(_EVERYTHING, now=self._clock.now(), overlap=self._overlap)
        else:
            answer = await self._statements.read(
                _NEWS,
                seen_at=place.seen_at,
                known_count=place.count,
                known_sum=place.sum,
                overlap=self._overlap,
            )
        summary = answer.rows[0]
        next_place = _Place(seen_at=summary.looked_at, count=summary.overlap_count, sum=int(summary.overlap_sum))
        return Batch(
            revocations=tuple(_revocation_in(row) for row in answer.rows if row.until is not None),
            cursor=next_place.write(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """When the last look was, how many rows it saw of the stretch before, and the sum of their numbers."""

    seen_at: datetime
    count: int
    sum: int

    def write(self) -> Cursor:
        return Cursor(f"{(self.seen_at - _EPOCH) // _TICK}.{self.count}.{self.sum}")

    @classmethod
    def read(cls, cursor: Cursor) -> Self:
        """Raises: InvalidCursor."""
        parts = cursor.split(".")
        if len(parts) != 3 or not all(_is_number(part) for part in parts):
            raise InvalidCursor
        seen_at, count, total = map(int, parts)
        try:
            return cls(seen_at=_EPOCH + seen_at * _TICK, count=count, sum=total)
        except OverflowError:
            raise InvalidCursor from None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 19 and int(text) < _LARGEST


def _revocation_in(row: Row[Any]) -> Revocation:
    if row.kid is not None:
        return KeyRevocation(kid=row.kid, until=row.until)
    if row.role is not None:
        return RoleRevocation(role=row.role, least_version=row.least_version, until=row.until)
    if row.least_version is None:
        return SessionRevocation(session_id=SessionId(row.subject), until=row.until)
    return UserRevocation(user_id=UserId(row.subject), least_version=row.least_version, until=row.until)
