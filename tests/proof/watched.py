"""Storage under observation: how often it was asked, how often a chain moved on, and what the audit trail was given."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import final

from auth_core import Ports, VerifiedClaims
from auth_core.assembly import Tx
from auth_core.audit.events import AuditEvent
from auth_core.audit.ports import AuditTrail
from auth_core.ids import SessionId, UserId
from auth_core.login.model import Candidate
from auth_core.login.ports import Candidates
from auth_core.sessions.ports import RefreshChains
from auth_core.sessions.refresh_chain import Advanced
from auth_core.tokens.ports import AccessCheck
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.email_address import CanonicalEmail
from auth_core.users.model import Profile
from auth_core.users.ports import Profiles


@dataclass(slots=True)
class Watch:
    """What was seen. Events are those of transactions that committed."""

    asked: int = 0
    advances: int = 0
    events: list[AuditEvent] = field(default_factory=list[AuditEvent])


@dataclass(frozen=True, slots=True)
class _Chains:
    chains: RefreshChains
    watch: Watch

    async def advance(
        self, session_id: SessionId, generation: int, *, now: datetime, idle: timedelta
    ) -> Advanced | None:
        self.watch.asked += 1
        advanced = await self.chains.advance(session_id, generation, now=now, idle=idle)
        self.watch.advances += advanced is not None
        return advanced


@dataclass(frozen=True, slots=True)
class _Candidates:
    candidates: Candidates
    watch: Watch

    async def find(self, email: CanonicalEmail) -> Candidate | None:
        self.watch.asked += 1
        return await self.candidates.find(email)


@dataclass(frozen=True, slots=True)
class _Profiles:
    profiles: Profiles
    watch: Watch

    async def find(self, user_id: UserId) -> Profile | None:
        self.watch.asked += 1
        return await self.profiles.find(user_id)


@dataclass(frozen=True, slots=True)
class _AccessCheck:
    check: AccessCheck
    watch: Watch

    async def stands(self, claims: VerifiedClaims) -> bool:
        self.watch.asked += 1
        return await self.check.stands(claims)


@dataclass(frozen=True, slots=True)
class _Trail:
    trail: AuditTrail
    recorded: list[AuditEvent]

    async def record(self, event: AuditEvent) -> None:
        await self.trail.record(event)
        self.recorded.append(event)

    async def record_all(self, events: Sequence[AuditEvent]) -> None:
        await self.trail.record_all(events)
        self.recorded.extend(events)

    async def latest(self, *, subject: UserId, limit: int) -> Sequence[AuditEvent]:
        return await self.trail.latest(subject=subject, limit=limit)


@final
class _Tx:
    """A transaction whose trail is watched; everything else is as it was."""

    __slots__ = (
        "answers",
        "audit",
        "clients",
        "directory",
        "mail_allowances",
        "movers",
        "one_time_tokens",
        "outbox",
        "passwords",
        "principals",
        "recipients",
        "recorded_events",
        "revocations",
        "role_holders",
        "roles",
        "sealed_batches",
        "sessions",
        "set_up",
        "signing_keys",
        "users",
    )

    def __init__(self, tx: Tx, recorded: list[AuditEvent]) -> None:
        self.users = tx.users
        self.directory = tx.directory
        self.movers = tx.movers
        self.passwords = tx.passwords
        self.roles = tx.roles
        self.role_holders = tx.role_holders
        self.principals = tx.principals
        self.sessions = tx.sessions
        self.signing_keys = tx.signing_keys
        self.clients = tx.clients
        self.outbox = tx.outbox
        self.one_time_tokens = tx.one_time_tokens
        self.mail_allowances = tx.mail_allowances
        self.recipients = tx.recipients
        self.revocations = tx.revocations
        self.audit = _Trail(tx.audit, recorded)
        self.recorded_events = tx.recorded_events
        self.sealed_batches = tx.sealed_batches
        self.answers = tx.answers
        self.set_up = tx.set_up


@dataclass(frozen=True, slots=True)
class _Uow:
    uow: UnitOfWork[Tx]
    watch: Watch

    def __call__(self) -> AbstractAsyncContextManager[Tx]:
        return self._transaction()

    @asynccontextmanager
    async def _transaction(self) -> AsyncGenerator[Tx]:
        self.watch.asked += 1
        recorded: list[AuditEvent] = []
        async with self.uow() as tx:
            yield _Tx(tx, recorded)
        self.watch.events += recorded


def watched(ports: Ports, watch: Watch) -> Ports:
    """Return the same ports, their use written down in `watch`."""
    return replace(
        ports,
        uow=_Uow(ports.uow, watch),
        candidates=_Candidates(ports.candidates, watch),
        profiles=_Profiles(ports.profiles, watch),
        refresh_chains=_Chains(ports.refresh_chains, watch),
        access_check=_AccessCheck(ports.access_check, watch),
    )
