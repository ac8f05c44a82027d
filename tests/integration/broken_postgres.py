"""PostgreSQL with something left out, for proving that somebody notices."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import cast

from sqlalchemy import text

from auth_adapters.postgres.access import LOCK_ROLE, LOCK_TO_REMOVE, NEXT_VERSION
from auth_adapters.postgres.statements import Answer, InTransaction
from auth_adapters.postgres.unit_of_work import PostgresTx
from auth_adapters.postgres.users import LOCK_USER, PostgresUsers
from auth_core.assembly import Tx
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.model import User


class LooksBeforeItAdds(PostgresUsers):
    """Asks whether the address is free, and then takes it, or runs into the one who was faster."""

    async def add(self, user: User) -> bool:
        if await self.find_by_email(user.email.canonical) is not None:
            return False
        await self._statements.run(text("SELECT pg_sleep(0.05)"))  # long enough for others to have looked as well
        insert = """INSERT INTO auth.users (id, email, email_canonical, first_name, last_name, status, security_version,
            created_at, updated_at) VALUES (:id, :email, :canonical, '', '', 'active', 0, now(), now())"""
        await self._statements.run(text(insert), id=user.id, email=user.email.address, canonical=user.email.canonical)
        return True


class LocksNobody(InTransaction):
    """Leaves out the lock on the user, or on the role."""

    def __init__(self, statements: InTransaction) -> None:
        self._all = statements

    async def run(self, statement: object, **values: object) -> Answer:
        if statement is LOCK_USER:
            statement = text("SELECT status FROM auth.users WHERE id = :user_id")
        if statement is LOCK_ROLE or statement is LOCK_TO_REMOVE:
            statement = text("SELECT name FROM auth.roles WHERE name = :role")
        if statement is NEXT_VERSION:
            statement = text("SELECT max(version) + 1 AS version FROM auth.roles")
        return await self._all.run(statement, **values)  # type: ignore[arg-type]  # what came in goes on


def statements_of(tx: object) -> InTransaction:
    return cast("PostgresTx", tx).users._statements


def changing(uow: UnitOfWork[Tx], change: Callable[[PostgresTx], None]) -> UnitOfWork[Tx]:
    """Return a unit of work in whose transactions `change` has put something else in place."""

    @asynccontextmanager
    async def changed() -> AsyncGenerator[Tx]:
        async with uow() as tx:
            change(cast("PostgresTx", tx))
            yield tx

    return changed
