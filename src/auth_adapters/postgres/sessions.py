"""Sessions and their refresh chains in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ForeignKey, Row, Text, Uuid, and_, any_, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from auth_adapters.postgres.access import principal_in, rights_of
from auth_adapters.postgres.schema import Record, table_of
from auth_adapters.postgres.statements import Alone, InTransaction
from auth_adapters.postgres.users import IS_ACTIVE, LOCK_USER, USERS, UserRecord
from auth_core.ids import SessionId, UserId
from auth_core.origin import Origin
from auth_core.revocation.model import Reason
from auth_core.sessions.model import Session
from auth_core.sessions.refresh_chain import Advanced


class SessionRecord(Record):
    """A session.

    What a refresh or an ending changes is in no index, and the page has room for the changed row: so PostgreSQL leaves
    the indexes alone (a heap-only tuple).
    """

    __tablename__ = "sessions"
    __table_args__ = ({"postgresql_with": {"fillfactor": 80}},)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(UserRecord.id, ondelete="CASCADE"), index=True)
    generation: Mapped[int]
    created_at: Mapped[datetime]
    advanced_at: Mapped[datetime]
    idle_ends_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    address: Mapped[str | None]
    user_agent: Mapped[str | None]
    request_id: Mapped[str | None]
    methods: Mapped[list[str]] = mapped_column(ARRAY(Text))
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str | None]


SESSIONS: Final = table_of(SessionRecord)
IS_LIVE: Final = and_(
    SESSIONS.c.ended_at.is_(None),
    SESSIONS.c.idle_ends_at > bindparam("now"),
    SESSIONS.c.ends_at > bindparam("now"),
)

_ADD: Final = insert(SESSIONS)
_LOCK: Final = select(SESSIONS).where(SESSIONS.c.id == bindparam("session_id")).with_for_update(key_share=True)
_END: Final = (
    update(SESSIONS)
    .where(SESSIONS.c.id == bindparam("session_id"), SESSIONS.c.ended_at.is_(None))
    .values(ended_at=bindparam("now"), ended_because=bindparam("because"))
)
_END_ALL: Final = (
    update(SESSIONS)
    .where(SESSIONS.c.user_id == bindparam("owner"), SESSIONS.c.ended_at.is_(None))
    .values(ended_at=bindparam("now"), ended_because=bindparam("because"))
)
_END_OTHERS: Final = _END_ALL.where(SESSIONS.c.id != bindparam("kept")).returning(SESSIONS.c.id)
_LIVE_OF: Final = (
    select(SESSIONS)
    .where(SESSIONS.c.user_id == bindparam("owner"), IS_LIVE)
    .order_by(SESSIONS.c.advanced_at.desc(), SESSIONS.c.id.desc())
)
_ADVANCE: Final = (
    update(SESSIONS)
    .where(
        SESSIONS.c.id == bindparam("session_id"),
        SESSIONS.c.generation == bindparam("presented"),
        IS_LIVE,
        USERS.c.id == SESSIONS.c.user_id,
        IS_ACTIVE,
    )
    .values(generation=SESSIONS.c.generation + 1, advanced_at=bindparam("now"), idle_ends_at=bindparam("new_idle_end"))
    .returning(*SESSIONS.c, *rights_of(USERS.c.id))
)
_LONG_OVER: Final = (
    select(SESSIONS.c.id)
    .where(SESSIONS.c.ends_at < bindparam("over_before"))
    .order_by(SESSIONS.c.ends_at)
    .limit(bindparam("rows"))
    .with_for_update(skip_locked=True)
)
# As an array it is looked for once; as a plain subquery PostgreSQL may do so again and again, and exceed the limit.
_PURGE: Final = delete(SESSIONS).where(
    SESSIONS.c.id == any_(func.array(_LONG_OVER.scalar_subquery(), type_=ARRAY(Uuid)))
)


def _session_in(row: Row[Any]) -> Session:
    return Session(
        id=SessionId(row.id),
        user_id=UserId(row.user_id),
        generation=row.generation,
        created_at=row.created_at,
        advanced_at=row.advanced_at,
        idle_ends_at=row.idle_ends_at,
        ends_at=row.ends_at,
        origin=Origin(address=row.address, user_agent=row.user_agent, request_id=row.request_id),
        methods=tuple(row.methods),
        ended_at=row.ended_at,
        ended_because=None if row.ended_because is None else Reason(row.ended_because),
    )


class PostgresSessions:
    """Everybody's sessions."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def add(self, session: Session) -> None:
        await self._statements.run(
            _ADD,
            id=session.id,
            user_id=session.user_id,
            generation=session.generation,
            created_at=session.created_at,
            advanced_at=session.advanced_at,
            idle_ends_at=session.idle_ends_at,
            ends_at=session.ends_at,
            address=session.origin.address,
            user_agent=session.origin.user_agent,
            request_id=session.origin.request_id,
            methods=list(session.methods),
            ended_at=session.ended_at,
            ended_because=session.ended_because and session.ended_because.value,
        )

    async def lock(self, session_id: SessionId) -> Session | None:
        found = await self._statements.run(_LOCK, session_id=session_id)
        return None if found.row is None else _session_in(found.row)

    async def end(self, session_id: SessionId, *, because: Reason, now: datetime) -> bool:
        ended = await self._statements.run(_END, session_id=session_id, because=because.value, now=now)
        return ended.count == 1

    async def end_all(self, user_id: UserId, *, because: Reason, now: datetime) -> int:
        await self._statements.run(LOCK_USER, user_id=user_id)
        ended = await self._statements.run(_END_ALL, owner=user_id, because=because.value, now=now)
        return ended.count

    async def end_others(
        self, user_id: UserId, *, keep: SessionId, because: Reason, now: datetime
    ) -> Sequence[SessionId]:
        await self._statements.run(LOCK_USER, user_id=user_id)
        ended = await self._statements.run(_END_OTHERS, owner=user_id, kept=keep, because=because.value, now=now)
        return [SessionId(row.id) for row in ended.rows]

    async def live_of(self, user_id: UserId, *, now: datetime) -> Sequence[Session]:
        found = await self._statements.run(_LIVE_OF, owner=user_id, now=now)
        return [_session_in(row) for row in found.rows]


class PostgresRefreshChains:
    """The refresh chains, moved on by one statement that decides and commits by itself.

    Whoever comes second waits for the row, sees it as the first has left it, and finds nothing to change.
    """

    def __init__(self, statements: Alone) -> None:
        self._statements = statements

    async def advance(
        self, session_id: SessionId, generation: int, *, now: datetime, idle: timedelta
    ) -> Advanced | None:
        row = (
            await self._statements.write(
                _ADVANCE, session_id=session_id, presented=generation, now=now, new_idle_end=now + idle
            )
        ).row
        if row is None:
            return None
        session = _session_in(row)
        return Advanced(session=session, principal=principal_in(row, user_id=session.user_id))


class PostgresEndedSessions:
    """Sessions that are long over, for purging: rows somebody holds are left for another time."""

    def __init__(self, statements: Alone) -> None:
        self._statements = statements

    async def purge(self, *, over_before: datetime, limit: int) -> int:
        return (await self._statements.write(_PURGE, over_before=over_before, rows=limit)).count
