"""People with their rights, read by one statement in PostgreSQL."""

from typing import Final

from sqlalchemy import bindparam, select

from auth_adapters.postgres.access import principal_in, rights_of
from auth_adapters.postgres.statements import Alone
from auth_adapters.postgres.users import IS_ACTIVE, USER_COLUMNS, USERS, user_in
from auth_core.ids import UserId
from auth_core.users.model import Profile

_FIND: Final = select(*USER_COLUMNS, *rights_of(USERS.c.id)).where(USERS.c.id == bindparam("user_id"), IS_ACTIVE)


class PostgresProfiles:
    """People who are signed in, as they see themselves."""

    def __init__(self, statements: Alone) -> None:
        self._statements = statements

    async def find(self, user_id: UserId) -> Profile | None:
        row = (await self._statements.read(_FIND, user_id=user_id)).row
        return None if row is None else Profile(user=user_in(row), principal=principal_in(row, user_id=user_id))
