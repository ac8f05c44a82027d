"""Transactions of PostgreSQL."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import final

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from auth_adapters.postgres.access import PostgresPrincipals, PostgresRoles
from auth_adapters.postgres.audit import PostgresAuditTrail
from auth_adapters.postgres.audit_reading import PostgresRecordedEvents
from auth_adapters.postgres.audit_sealing import PostgresSealedBatches
from auth_adapters.postgres.database import Database
from auth_adapters.postgres.directory import PostgresUserDirectory
from auth_adapters.postgres.idempotency import PostgresAnswers
from auth_adapters.postgres.movers import PostgresMovers
from auth_adapters.postgres.oauth import PostgresServiceClients
from auth_adapters.postgres.outbox import PostgresOutbox, PostgresRecipients
from auth_adapters.postgres.passwords import PostgresPasswords
from auth_adapters.postgres.revocation import PostgresRevocations
from auth_adapters.postgres.role_holders import PostgresRoleHolders
from auth_adapters.postgres.sessions import PostgresSessions
from auth_adapters.postgres.set_up import PostgresSetUp
from auth_adapters.postgres.statements import InTransaction
from auth_adapters.postgres.to_the_end import to_the_end
from auth_adapters.postgres.tokens import PostgresSigningKeys
from auth_adapters.postgres.users import PostgresUsers
from auth_adapters.postgres.verification import PostgresMailAllowances, PostgresOneTimeTokens
from auth_adapters.postgres.violations import Moment, told_plainly


@final
class PostgresTx:
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

    def __init__(self, statements: InTransaction, *, notify: bool = True) -> None:
        self.users = PostgresUsers(statements)
        self.directory = PostgresUserDirectory(statements)
        self.movers = PostgresMovers(statements)
        self.passwords = PostgresPasswords(statements)
        self.roles = PostgresRoles(statements)
        self.role_holders = PostgresRoleHolders(statements)
        self.principals = PostgresPrincipals(statements)
        self.sessions = PostgresSessions(statements)
        self.signing_keys = PostgresSigningKeys(statements)
        self.revocations = PostgresRevocations(statements, notify=notify)
        self.clients = PostgresServiceClients(statements)
        self.answers = PostgresAnswers(statements)
        self.set_up = PostgresSetUp(statements)
        self.outbox = PostgresOutbox(statements, notify=notify)
        self.recipients = PostgresRecipients(statements)
        self.one_time_tokens = PostgresOneTimeTokens(statements)
        self.mail_allowances = PostgresMailAllowances(statements)
        self.audit = PostgresAuditTrail(statements)
        self.recorded_events = PostgresRecordedEvents(statements)
        self.sealed_batches = PostgresSealedBatches(statements)


class PostgresUnitOfWork:
    """Opens transactions, one connection each. With `notify` those who listen hear of what they revoke and post."""

    def __init__(self, database: Database, *, notify: bool = True) -> None:
        self._engine = database.transactions
        self._notify = notify

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[PostgresTx]:
        with told_plainly(Moment.CONNECTING):
            connection = await self._engine.connect()
        try:
            statements = InTransaction(connection)
            try:
                yield PostgresTx(statements, notify=self._notify)
                if statements.failure is not None:
                    # Somebody went on after a failed statement. The server would take COMMIT for ROLLBACK, and say so
                    # to nobody.
                    raise statements.failure
            except BaseException:
                await self._roll_back(connection)
                raise
            await to_the_end(self._commit(connection))
        finally:
            await connection.close()

    async def _roll_back(self, connection: AsyncConnection) -> None:
        # A connection that is gone has rolled back; its error must not take the place of the one that brought us here.
        with suppress(SQLAlchemyError, OSError):
            await connection.rollback()

    async def _commit(self, connection: AsyncConnection) -> None:
        with told_plainly(Moment.COMMITTING):
            await connection.commit()
