"""Signing in, as far as it reads PostgreSQL."""

from typing import Final

from sqlalchemy import bindparam, select

from auth_adapters.postgres.passwords import PASSWORD_COLUMNS, PASSWORDS, password_in
from auth_adapters.postgres.statements import Alone
from auth_adapters.postgres.users import USER_COLUMNS, USERS, user_in
from auth_core.login.model import Candidate
from auth_core.users.email_address import CanonicalEmail

_FIND: Final = (
    select(*USER_COLUMNS, *PASSWORD_COLUMNS)
    .join_from(USERS, PASSWORDS, PASSWORDS.c.user_id == USERS.c.id, isouter=True)
    .where(USERS.c.email_canonical == bindparam("email"))
)


class PostgresCandidates:
    """The accounts somebody may name at sign-in."""

    def __init__(self, statements: Alone) -> None:
        self._statements = statements

    async def find(self, email: CanonicalEmail) -> Candidate | None:
        row = (await self._statements.read(_FIND, email=email)).row
        if row is None:
            return None
        user = user_in(row)
        return Candidate(user=user, password=None if row.hash is None else password_in(row, user_id=user.id))
