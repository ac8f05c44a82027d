"""Transactions of the simulated store. Before each statement, commit and answer the scheduler has its say."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final, final

from auth_adapters.memory.access import MemoryRoleHolders, MemoryRoles
from auth_adapters.memory.audit import MemoryRecordedEvents, MemorySealedBatches
from auth_adapters.memory.directory import MemoryUserDirectory
from auth_adapters.memory.idempotency import MemoryAnswers
from auth_adapters.memory.movers import MemoryMovers
from auth_adapters.memory.oauth import MemoryServiceClients
from auth_adapters.memory.outbox import MemoryOutbox, MemoryRecipients
from auth_adapters.memory.store import Tables
from auth_adapters.memory.tokens import MemorySigningKeys
from auth_adapters.memory.users import MemorySetUp
from auth_adapters.memory.verification import MemoryMailAllowances, MemoryOneTimeTokens
from auth_core.access.model import USER, Assignment, RoleName
from auth_core.audit.events import AuditEvent
from auth_core.ids import UserId
from auth_core.revocation.model import Revocation
from auth_core.testing import NOON
from tests.proof.simulation.accounts import SimPasswords, SimPrincipals, SimUsers
from tests.proof.simulation.points import ANSWER, COMMIT, nobody_does_this, statement
from tests.proof.simulation.rows import Rows, Transaction
from tests.proof.simulation.sessions import SimSessions

_NO_ROLE_HOLDERS: Final = MemoryRoleHolders(Tables())
_NOBODY_LISTED: Final = MemoryUserDirectory(Tables())
_NO_MOVERS: Final = MemoryMovers(Tables())
_NO_KEYS: Final = MemorySigningKeys(Tables())
_NO_CLIENTS: Final = MemoryServiceClients(Tables())
_NO_MESSAGES: Final = MemoryOutbox(Tables())
_NO_TOKENS: Final = MemoryOneTimeTokens(Tables())
_NO_ALLOWANCES: Final = MemoryMailAllowances(Tables())
_NO_RECIPIENTS: Final = MemoryRecipients(Tables())
_NOTHING_RECORDED: Final = MemoryRecordedEvents(Tables())
_NO_ANSWERS: Final = MemoryAnswers(Tables())
_NOT_SET_UP: Final = MemorySetUp(Tables())
_NOTHING_SEALED: Final = MemorySealedBatches(Tables())


class SimAuditTrail:
    """The record of what happened."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def record(self, event: AuditEvent) -> None:
        await statement(f"record {event.kind}")
        self._transaction.write(("event", event.id), event)

    async def record_all(self, events: Sequence[AuditEvent]) -> None:
        nobody_does_this()

    async def latest(self, *, subject: UserId, limit: int) -> Sequence[AuditEvent]:
        nobody_does_this()


class SimRevocations:
    """The revocations of one transaction. Nobody follows them here: every check asks the store."""

    def __init__(self) -> None:
        self._added: list[Revocation] = []

    @property
    def added(self) -> Sequence[Revocation]:
        return self._added

    async def add(self, *revocations: Revocation) -> None:
        await statement("add revocations")
        self._added += revocations


class SimRoles(MemoryRoles):
    """The roles users hold, which nobody changes here: everybody is a user."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(Tables())
        self._transaction = transaction

    async def lock_held(self, user_id: UserId) -> Mapping[RoleName, Assignment] | None:
        await statement("lock user")
        await self._transaction.lock(("user", user_id))
        return {USER.name: Assignment(role=USER.name, at=NOON, by=None)}


@final
class SimTx:
    """What one transaction gives."""

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

    def __init__(self, transaction: Transaction) -> None:
        self.users = SimUsers(transaction)
        self.passwords = SimPasswords(transaction)
        self.principals = SimPrincipals(transaction)
        self.sessions = SimSessions(transaction)
        self.audit = SimAuditTrail(transaction)
        self.revocations = SimRevocations()
        self.roles = SimRoles(transaction)
        self.movers = _NO_MOVERS
        self.role_holders = _NO_ROLE_HOLDERS
        self.signing_keys = _NO_KEYS
        self.clients = _NO_CLIENTS
        self.directory = _NOBODY_LISTED
        self.outbox = _NO_MESSAGES
        self.one_time_tokens = _NO_TOKENS
        self.mail_allowances = _NO_ALLOWANCES
        self.recipients = _NO_RECIPIENTS
        self.recorded_events = _NOTHING_RECORDED
        self.sealed_batches = _NOTHING_SEALED
        self.answers = _NO_ANSWERS
        self.set_up = _NOT_SET_UP


class SimUnitOfWork:
    """Opens transactions."""

    def __init__(self, rows: Rows, *, make_tx: Callable[[Transaction], SimTx] = SimTx) -> None:
        self._rows = rows
        self._make_tx = make_tx

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[SimTx]:
        await statement("begin")
        transaction = Transaction(self._rows)
        try:
            yield self._make_tx(transaction)
            await COMMIT
            transaction.commit()
        finally:
            transaction.roll_back()
        await ANSWER
