"""Messages on their way, in PostgreSQL."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Index,
    LargeBinary,
    Row,
    Text,
    Uuid,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from auth_adapters.postgres.queue import NEW_STATE, NOTIFY, NOW, PostgresQueue, queue_over
from auth_adapters.postgres.schema import Record, table_of
from auth_adapters.postgres.statements import Alone, InTransaction
from auth_adapters.postgres.users import USERS
from auth_core.ids import ClaimId, MessageId, UserId
from auth_core.outbox.model import Filed, Letter, Recipient, SealedMessage, State
from auth_core.redacted import Redacted


class MessageRecord(Record):
    """A message: sealed, until it needs to say nothing any more."""

    __tablename__ = "outbox_messages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    address: Mapped[str]
    locale: Mapped[str | None]
    payload: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    attempts: Mapped[int]
    claim: Mapped[UUID | None]
    over_at: Mapped[datetime | None]
    reason: Mapped[str | None]


_MESSAGES: Final = table_of(MessageRecord)
_WAITS: Final = _MESSAGES.c.over_at.is_(None)

Index("outbox_messages_due_at_idx", _MESSAGES.c.due_at, postgresql_where=_WAITS)
Index("outbox_messages_over_at_idx", _MESSAGES.c.over_at, postgresql_where=_MESSAGES.c.over_at.is_not(None))
Index("outbox_messages_lower_address_idx", func.lower(_MESSAGES.c.address))

_IS_MEANT: Final = _MESSAGES.c.id == bindparam("message_id")
_FILED: Final = (
    _MESSAGES.c.id,
    _MESSAGES.c.kind,
    _MESSAGES.c.address,
    _MESSAGES.c.locale,
    _MESSAGES.c.state,
    _MESSAGES.c.attempts,
    _MESSAGES.c.created_at,
    _MESSAGES.c.due_at,
    _MESSAGES.c.over_at,
    _MESSAGES.c.reason,
)
_NO_PAYLOAD: Final = null()

_ADD: Final = insert(_MESSAGES).values(state=State.WAITING.value, attempts=0)
_LIST: Final = (
    select(*_FILED)
    .where(_MESSAGES.c.state == bindparam("in_state"), _MESSAGES.c.id > bindparam("after", type_=Uuid))
    .order_by(_MESSAGES.c.id)
    .limit(bindparam("rows"))
)
_REVIVE: Final = (
    update(_MESSAGES)
    .where(_IS_MEANT, _MESSAGES.c.state == State.DEAD.value)
    .values(state=State.WAITING.value, due_at=NOW, attempts=0, claim=null(), over_at=null(), reason=null())
    .returning(*_FILED)
)
_DROP: Final = (
    update(_MESSAGES)
    .where(_IS_MEANT, _MESSAGES.c.state.in_((State.WAITING.value, State.DEAD.value)))
    .values(state=State.DROPPED.value, over_at=NOW, claim=null(), payload=_NO_PAYLOAD)
    .returning(*_FILED)
)
_FORGET: Final = delete(_MESSAGES).where(
    func.lower(_MESSAGES.c.address, type_=Text) == func.lower(bindparam("to_address", type_=Text), type_=Text)
)
_SEALED: Final = (
    select(_MESSAGES.c.id, _MESSAGES.c.kind, _MESSAGES.c.payload)
    .where(_MESSAGES.c.payload.is_not(None), _MESSAGES.c.id > bindparam("after", type_=Uuid))
    .order_by(_MESSAGES.c.id)
    .limit(bindparam("rows"))
)
_RESEAL: Final = (
    update(_MESSAGES)
    .where(_IS_MEANT, _MESSAGES.c.payload == bindparam("old_payload", type_=LargeBinary))
    .values(payload=bindparam("new_payload", type_=LargeBinary))
)
_RECIPIENT: Final = select(USERS.c.email, USERS.c.locale).where(USERS.c.id == bindparam("user_id"))

# Found and locked by one statement: what another is just claiming is passed over, and looked at again by nobody.
_DUE: Final = (
    select(_MESSAGES.c.id)
    .where(_WAITS, _MESSAGES.c.due_at <= NOW)
    .order_by(_MESSAGES.c.due_at)
    .limit(bindparam("rows"))
    .with_for_update(skip_locked=True)
)
_QUEUE: Final = queue_over(
    _MESSAGES,
    due=_DUE,
    claimed=(
        _MESSAGES.c.id,
        _MESSAGES.c.kind,
        _MESSAGES.c.payload,
        _MESSAGES.c.address,
        _MESSAGES.c.locale,
        _MESSAGES.c.created_at,
        _MESSAGES.c.due_at,
        _MESSAGES.c.expires_at,
        _MESSAGES.c.attempts,
    ),
    when_over={"payload": case((literal(State.DEAD.value, Text) == NEW_STATE, _MESSAGES.c.payload), else_=_NO_PAYLOAD)},
)

_BEFORE_ALL: Final = MessageId(UUID(int=0))


class PostgresOutbox:
    """The messages of one transaction. With `notify` whoever delivers hears of the commit."""

    def __init__(self, statements: InTransaction, *, notify: bool) -> None:
        self._statements = statements
        self._notify = notify

    async def add(self, letter: Letter) -> None:
        await self._statements.run(
            _ADD,
            id=letter.sealed.id,
            kind=letter.sealed.kind,
            address=letter.to.address,
            locale=letter.to.locale,
            payload=letter.sealed.payload.reveal(),
            created_at=letter.created_at,
            due_at=letter.due_at,
            expires_at=letter.expires_at,
        )
        await self._tell()

    async def list(self, state: State, *, after: MessageId | None, limit: int) -> Sequence[Filed]:
        found = await self._statements.run(_LIST, in_state=state.value, after=after or _BEFORE_ALL, rows=limit)
        return [_filed(row) for row in found.rows]

    async def revive(self, message_id: MessageId, *, now: datetime) -> Filed | None:
        revived = (await self._statements.run(_REVIVE, message_id=message_id, now=now)).row
        if revived is None:
            return None
        await self._tell()
        return _filed(revived)

    async def drop(self, message_id: MessageId, *, now: datetime) -> Filed | None:
        dropped = (await self._statements.run(_DROP, message_id=message_id, now=now)).row
        return None if dropped is None else _filed(dropped)

    async def forget(self, address: str) -> int:
        return (await self._statements.run(_FORGET, to_address=address)).count

    async def sealed(self, *, after: MessageId | None, limit: int) -> Sequence[SealedMessage]:
        found = await self._statements.run(_SEALED, after=after or _BEFORE_ALL, rows=limit)
        return [_sealed(row) for row in found.rows]

    async def reseal(self, message_id: MessageId, new: Redacted[bytes], *, old: Redacted[bytes]) -> bool:
        resealed = await self._statements.run(
            _RESEAL, message_id=message_id, new_payload=new.reveal(), old_payload=old.reveal()
        )
        return resealed.count == 1

    async def _tell(self) -> None:
        if self._notify:
            await self._statements.run(NOTIFY)


class PostgresRecipients:
    """Where users are told."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def find(self, user_id: UserId) -> Recipient | None:
        row = (await self._statements.run(_RECIPIENT, user_id=user_id)).row
        return None if row is None else Recipient(address=row.email, locale=row.locale)


class PostgresOutboxQueue(PostgresQueue):
    """The letters that wait. The connection for claims also listens for new ones."""

    def __init__(self, apart: Alone, statements: Alone) -> None:
        super().__init__(apart, statements, _QUEUE)

    async def claim(self, claim: ClaimId, *, limit: int, now: datetime, until: datetime) -> Sequence[Letter]:
        claimed = await self._apart.write(self._queue.claim, held_by=claim, rows=limit, now=now, until=until)
        return [_letter(row) for row in claimed.rows]


class PostgresOldMessages:
    """The messages that are over: rows somebody holds are left for another time."""

    def __init__(self, statements: Alone) -> None:
        self._statements = statements

    async def purge(self, *, over_before: datetime, limit: int) -> int:
        return (await self._statements.write(_QUEUE.purge, over_before=over_before, rows=limit)).count


@dataclass(frozen=True, slots=True)
class NobodyTells:
    """The hints of an engine that gives none."""

    next: asyncio.Event = field(default_factory=asyncio.Event)


def _sealed(row: Row[Any]) -> SealedMessage:
    return SealedMessage(id=MessageId(row.id), kind=row.kind, payload=Redacted(row.payload))


def _letter(row: Row[Any]) -> Letter:
    return Letter(
        sealed=_sealed(row),
        to=Recipient(address=row.address, locale=row.locale),
        created_at=row.created_at,
        due_at=row.due_at,
        expires_at=row.expires_at,
        attempts=row.attempts,
    )


def _filed(row: Row[Any]) -> Filed:
    return Filed(
        id=MessageId(row.id),
        kind=row.kind,
        to=Recipient(address=row.address, locale=row.locale),
        state=State(row.state),
        attempts=row.attempts,
        created_at=row.created_at,
        due_at=row.due_at,
        over_at=row.over_at,
        reason=row.reason,
    )
