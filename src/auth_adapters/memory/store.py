"""Everything that is kept, in dictionaries of immutable values."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Self

from auth_core.access.model import SYSTEM_ROLES, Assignment, Role, RoleName
from auth_core.audit.chain import SealedBatch
from auth_core.audit.events import AuditEvent
from auth_core.credentials.passwords.model import StoredPassword
from auth_core.idempotency.model import AnswerName
from auth_core.idempotency.ports import SealedAnswer
from auth_core.ids import ClaimId, ClientId, EventId, MessageId, SessionId, UserId
from auth_core.oauth.model import ServiceClient
from auth_core.outbox.model import Letter, State
from auth_core.redacted import Redacted
from auth_core.revocation.model import Revocation
from auth_core.sessions.model import Session
from auth_core.tokens.keys import SigningKey
from auth_core.users.email_address import CanonicalEmail
from auth_core.users.model import User, UserStatus
from auth_core.verification.model import OneTimeToken, TokenDigest


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What the store adds to an event."""

    recorded_at: datetime
    salt: bytes | None
    personal_digest: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """What a call was answered, for as long as it may be repeated. It is empty while its effect is under way."""

    sealed: SealedAnswer
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLetter:
    """A letter, who holds it, and what has become of it. An empty one says nothing any more."""

    letter: Letter
    state: State = State.WAITING
    claim: ClaimId | None = None
    over_at: datetime | None = None
    reason: str | None = None
    is_empty: bool = False

    def emptied(self) -> Self:
        """Return the same without what it says."""
        nothing = replace(self.letter.sealed, payload=Redacted(b""))
        return replace(self, letter=replace(self.letter, sealed=nothing), is_empty=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How many mails were taken, until they are counted anew."""

    taken: int
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What is stored at one moment."""

    users: dict[UserId, User] = field(default_factory=dict[UserId, User])
    statuses_before: dict[UserId, UserStatus] = field(default_factory=dict[UserId, UserStatus])
    addresses: dict[CanonicalEmail, UserId] = field(default_factory=dict[CanonicalEmail, UserId])
    security_versions: dict[UserId, int] = field(default_factory=dict[UserId, int])
    passwords: dict[UserId, StoredPassword] = field(default_factory=dict[UserId, StoredPassword])
    former_passwords: dict[UserId, tuple[StoredPassword, ...]] = field(
        default_factory=dict[UserId, tuple[StoredPassword, ...]]
    )
    roles: dict[RoleName, Role] = field(default_factory=lambda: {role.name: role for role in SYSTEM_ROLES})
    roles_held: dict[UserId, Mapping[RoleName, Assignment]] = field(
        default_factory=dict[UserId, Mapping[RoleName, Assignment]]
    )
    sessions: dict[SessionId, Session] = field(default_factory=dict[SessionId, Session])
    signing_keys: dict[int, SigningKey] = field(default_factory=dict[int, SigningKey])
    events: dict[EventId, AuditEvent] = field(default_factory=dict[EventId, AuditEvent])
    recordings: dict[EventId, Recording] = field(default_factory=dict[EventId, Recording])
    batches: dict[int, SealedBatch] = field(default_factory=dict[int, SealedBatch])
    revocations: dict[int, Revocation] = field(default_factory=dict[int, Revocation])
    clients: dict[ClientId, ServiceClient] = field(default_factory=dict[ClientId, ServiceClient])
    answers: dict[AnswerName, KeptAnswer] = field(default_factory=dict[AnswerName, KeptAnswer])
    set_up: dict[int, datetime] = field(default_factory=dict[int, datetime])
    letters: dict[MessageId, StoredLetter] = field(default_factory=dict[MessageId, StoredLetter])
    one_time_tokens: dict[TokenDigest, OneTimeToken] = field(default_factory=dict[TokenDigest, OneTimeToken])
    mail_allowances: dict[tuple[str, str], Allowance] = field(default_factory=dict[tuple[str, str], Allowance])
    last_numbers: dict[str, int] = field(default_factory=dict[str, int])

    def next_number(self, sequence: str) -> int:
        """Return a number larger than all before it, those of removed entries included."""
        self.last_numbers[sequence] = self.last_numbers.get(sequence, 0) + 1
        return self.last_numbers[sequence]

    def copy(self) -> Self:
        """Return tables of their own with the same values in them."""
        return type(self)(**{each.name: dict(getattr(self, each.name)) for each in fields(self)})


class MemoryStore:
    """A store that lives as long as this object, and begins with the system roles.

    `committed` is what everybody sees. It may be read at any time, and replaced or changed only inside `exclusively`.
    `changed` is set at the next commit, and another event then takes its place.
    """

    def __init__(self) -> None:
        self.committed = Tables()
        self.changed = asyncio.Event()
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None

    @asynccontextmanager
    async def exclusively(self) -> AsyncGenerator[None]:
        """Keep every other writer waiting.

        Raises: RuntimeError to the task that does so already, which would wait for itself.
        """
        if self._holder is asyncio.current_task():
            raise RuntimeError("transactions are not nested")
        await self.elsewhere()
        async with self._lock:
            self._holder = asyncio.current_task()
            try:
                yield
            finally:
                self._holder = None

    def commit(self, tables: Tables) -> None:
        """Let everybody see `tables`, and wake who waits for that."""
        self.committed = tables
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()

    async def elsewhere(self) -> None:
        """Let others run meanwhile, as every store does that is not part of the process: races come to light."""
        await asyncio.sleep(0)
