"""Transactions: one at a time, on a copy that takes the place of the original when all went well."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

from auth_adapters.memory.access import MemoryPrincipals, MemoryRoleHolders, MemoryRoles
from auth_adapters.memory.audit import MemoryAuditTrail, MemoryRecordedEvents, MemorySealedBatches
from auth_adapters.memory.directory import MemoryUserDirectory
from auth_adapters.memory.idempotency import MemoryAnswers
from auth_adapters.memory.movers import MemoryMovers
from auth_adapters.memory.oauth import MemoryServiceClients
from auth_adapters.memory.outbox import MemoryOutbox, MemoryRecipients
from auth_adapters.memory.passwords import MemoryPasswords
from auth_adapters.memory.revocation import MemoryRevocations
from auth_adapters.memory.sessions import MemorySessions
from auth_adapters.memory.store import MemoryStore, Tables
from auth_adapters.memory.tokens import MemorySigningKeys
from auth_adapters.memory.users import MemorySetUp, MemoryUsers
from auth_adapters.memory.verification import MemoryMailAllowances, MemoryOneTimeTokens


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryTx:
    """The repositories of one transaction, all over the same tables."""

    users: MemoryUsers
    directory: MemoryUserDirectory
    movers: MemoryMovers
    passwords: MemoryPasswords
    roles: MemoryRoles
    role_holders: MemoryRoleHolders
    principals: MemoryPrincipals
    sessions: MemorySessions
    signing_keys: MemorySigningKeys
    revocations: MemoryRevocations
    clients: MemoryServiceClients
    outbox: MemoryOutbox
    recipients: MemoryRecipients
    one_time_tokens: MemoryOneTimeTokens
    mail_allowances: MemoryMailAllowances
    audit: MemoryAuditTrail
    recorded_events: MemoryRecordedEvents
    sealed_batches: MemorySealedBatches
    answers: MemoryAnswers
    set_up: MemorySetUp

    @classmethod
    def over(cls, tables: Tables) -> Self:
        """Return the repositories that read and write `tables`."""
        return cls(
            users=MemoryUsers(tables),
            directory=MemoryUserDirectory(tables),
            movers=MemoryMovers(tables),
            passwords=MemoryPasswords(tables),
            roles=MemoryRoles(tables),
            role_holders=MemoryRoleHolders(tables),
            principals=MemoryPrincipals(tables),
            sessions=MemorySessions(tables),
            signing_keys=MemorySigningKeys(tables),
            revocations=MemoryRevocations(tables),
            clients=MemoryServiceClients(tables),
            outbox=MemoryOutbox(tables),
            recipients=MemoryRecipients(tables),
            one_time_tokens=MemoryOneTimeTokens(tables),
            mail_allowances=MemoryMailAllowances(tables),
            audit=MemoryAuditTrail(tables),
            recorded_events=MemoryRecordedEvents(tables),
            sealed_batches=MemorySealedBatches(tables),
            answers=MemoryAnswers(tables),
            set_up=MemorySetUp(tables),
        )


class MemoryUnitOfWork:
    """Opens transactions on a store. Since there is only one at a time, every lock a port speaks of is this one."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[MemoryTx]:
        async with self._store.exclusively():
            tables = self._store.committed.copy()
            yield MemoryTx.over(tables)
            # Neither an exception nor a cancellation gets here: what they leave behind is a copy nobody sees.
            self._store.commit(tables)
