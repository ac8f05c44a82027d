"""Sessions and their refresh chains in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ForeignKey, Row, Text, Uuid, and_, any_, bindparam, delete, false, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from auth_adapters.postgres.access import principal_in, rights_of
from auth_adapters.postgres.schema import Record, table_of
from auth_adapters.postgres.statements import Alone, InTransaction
from auth_adapters.postgres.users import IS_ACTIVE, LOCK_USER, USERS, UserRecord
from auth_core.ids import SessionId, UserId
from auth_core.origin import Origin
from auth_core.revocation.model import Reason
from auth_core.sessions.device import device_label
from auth_core.sessions.model import Others, Session
from auth_core.sessions.refresh_chain import Advanced


class SessionRecord(Record):
    """A session.

    What a refresh or an ending changes is in no index, and the page has room for the changed row: so PostgreSQL leaves
    the indexes alone (a heap-only tuple). `device` and `network` are null where an older release opened the session.
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
    device: Mapped[str | None]
    network: Mapped[str | None]
    methods: Mapped[list[str]] = mapped_column(ARRAY(Text))
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str | None]


SESSIONS: Final = table_of(SessionRecord)
IS_LIVE: Final = and_(
    SESSIONS.c.ended_at.is_(None),
    SESSIONS.c.idle_ends_at > bindparam("now"),
    SESSIONS.c.ends_at > bindparam("now"),
)

# One statement that adds and looks around: what it adds it does not see.
_NEW: Final = {column.name: bindparam(f"new_{column.name}", type_=column.type) for column in SESSIONS.c}
_ADD: Final = (
    select(
        func.count().filter(IS_LIVE).label("live"),
        func.coalesce(
            func.bool_or(
                and_(SESSIONS.c.device == _NEW["device"], SESSIONS.c.network.is_not_distinct_from(_NEW["network"]))
            ),
            false(),
        ).label("on_same_device"),
    )
    .where(SESSIONS.c.user_id == _NEW["user_id"])
    .add_cte(insert(SESSIONS).values(_NEW).cte("added"))
)
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
_LONGEST_UNUSED: Final = (
    select(SESSIONS.c.id)
    .where(SESSIONS.c.user_id == bindparam("owner"), SESSIONS.c.id != bindparam("kept"), IS_LIVE)
    .order_by(SESSIONS.c.advanced_at.desc(), SESSIONS.c.id.desc())
    .offset(bindparam("spared"))
)
_END_LONGEST_UNUSED: Final = _END_ALL.where(
    SESSIONS.c.id == any_(func.array(_LONGEST_UNUSED.scalar_subquery(), type_=ARRAY(Uuid)))
).returning(SESSIONS.c.id)
_LIVE_OF: Final = (
    select(SESSIONS)
    .where(SESSIONS.c.user_id == bindparam("owner"), IS_LIVE)
    .order_by(SESSIONS.c.advanced_at.desc(), SESSIONS.c.id.desc())
)
ADVANCE: Final = (
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
        device=device_label(row.user_agent) if row.device is None else row.device,
        methods=tuple(row.methods),
        ended_at=row.ended_at,
        ended_because=None if row.ended_because is None else Reason(row.ended_because),
    )


class PostgresSessions:
    """Everybody's sessions."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def add(self, session: Session) -> Others:
        [others] = (
            await self._statements.run(
                _ADD,
                now=session.created_at,
                new_id=session.id,
                new_user_id=session.user_id,
                new_generation=session.generation,
                new_created_at=session.created_at,
                new_advanced_at=session.advanced_at,
                new_idle_ends_at=session.idle_ends_at,
                new_ends_at=session.ends_at,
                new_address=session.origin.address,
                new_user_agent=session.origin.user_agent,
                new_request_id=session.origin.request_id,
                new_device=session.device,
                new_network=session.network,
                new_methods=list(session.methods),
                new_ended_at=session.ended_at,
                new_ended_because=session.ended_because and session.ended_because.value,
            )
        ).rows
        return Others(live=others.live, on_same_device=others.on_same_device)

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

    async def end_longest_unused(
        self, user_id: UserId, *, keep: SessionId, spare: int, because: Reason, now: datetime
    ) -> Sequence[SessionId]:
        ended = await self._statements.run(
            _END_LONGEST_UNUSED, owner=user_id, kept=keep, spared=spare, because=because.value, now=now
        )
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
                ADVANCE, session_id=session_id, presented=generation, now=now, new_idle_end=now + idle
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
