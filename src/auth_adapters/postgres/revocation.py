"""Revocations in PostgreSQL: written with their cause, and purged."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Identity, Text, Uuid, any_, bindparam, delete, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from auth_adapters.postgres.schema import KEY_TEXT, Record, table_of
from auth_adapters.postgres.statements import Alone, InTransaction
from auth_core.revocation.model import (
    KeyRevocation,
    Revocation,
    RoleRevocation,
    SessionRevocation,
    UserRevocation,
)

CHANNEL: Final = "auth_revocations"
"""Where a commit that revoked something is heard of. What is heard is a hint to look, and nothing else is in it."""


NOBODY: Final = UUID(int=0)
"""The subject of the revocation of a role. The release before takes it for a user's, and nobody has this id."""


class RevocationRecord(Record):
    """A revocation: of a key or a role if there is one, of a session when `least_version` is null, else of a user.

    `written_at` is told by the server, whose clock all processes share; followers look for what was written lately.
    """

    __tablename__ = "revocations"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    subject: Mapped[UUID | None]
    role: Mapped[str | None] = mapped_column(KEY_TEXT)
    least_version: Mapped[int | None] = mapped_column(BigInteger)
    until: Mapped[datetime] = mapped_column(index=True)
    written_at: Mapped[datetime] = mapped_column(index=True)
    kid: Mapped[str | None]


REVOCATIONS: Final = table_of(RevocationRecord)

# Taken apart by the server, so that one statement serves for any number.
_ADDED: Final = select(
    func.unnest(bindparam("subjects", type_=ARRAY(Uuid))).label("subject"),
    func.unnest(bindparam("roles", type_=ARRAY(Text))).label("role"),
    func.unnest(bindparam("least_versions", type_=ARRAY(BigInteger))).label("least_version"),
    func.unnest(bindparam("kids", type_=ARRAY(Text))).label("kid"),
    func.unnest(bindparam("untils", type_=ARRAY(DateTime(timezone=True)))).label("until"),
    func.clock_timestamp().label("written_at"),
)
_ADD: Final = insert(REVOCATIONS).from_select(
    ["subject", "role", "least_version", "kid", "until", "written_at"], _ADDED
)
_ADD_AND_NOTIFY: Final = select(func.pg_notify(CHANNEL, "", type_=Text)).where(
    select(func.count()).select_from(_ADD.returning(REVOCATIONS.c.id).cte("added")).scalar_subquery() > 0
)
_OVER: Final = (
    select(REVOCATIONS.c.id)
    .where(REVOCATIONS.c.until < bindparam("over_before"))
    .order_by(REVOCATIONS.c.until)
    .limit(bindparam("rows"))
    .with_for_update(skip_locked=True)
)
_PURGE: Final = delete(REVOCATIONS).where(
    REVOCATIONS.c.id == any_(func.array(_OVER.scalar_subquery(), type_=ARRAY(BigInteger)))
)


class PostgresRevocations:
    """The revocations of one transaction, written by one statement for each time some are added.

    With `notify` the same statement lets whoever listens hear of the commit.
    """

    def __init__(self, statements: InTransaction, *, notify: bool) -> None:
        self._statements = statements
        self._add = _ADD_AND_NOTIFY if notify else _ADD
        self._added: list[Revocation] = []

    async def add(self, *revocations: Revocation) -> None:
        if not revocations:
            return
        columns = [_columns_of(each) for each in revocations]
        await self._statements.run(
            self._add,
            subjects=[subject for subject, _, _, _, _ in columns],
            roles=[role for _, role, _, _, _ in columns],
            least_versions=[version for _, _, version, _, _ in columns],
            kids=[kid for _, _, _, kid, _ in columns],
            untils=[until for _, _, _, _, until in columns],
        )
        self._added.extend(revocations)

    @property
    def added(self) -> Sequence[Revocation]:
        return self._added


class PostgresOldRevocations:
    """The revocations no token has outlived: rows somebody holds are left for another time."""

    def __init__(self, statements: Alone) -> None:
        self._statements = statements

    async def purge(self, *, over_before: datetime, limit: int) -> int:
        return (await self._statements.write(_PURGE, over_before=over_before, rows=limit)).count


def _columns_of(revocation: Revocation) -> tuple[UUID | None, str | None, int | None, str | None, datetime]:
    match revocation:
        case SessionRevocation(session_id=session_id, until=until):
            return session_id, None, None, None, until
        case UserRevocation(user_id=user_id, least_version=version, until=until):
            return user_id, None, version, None, until
        case RoleRevocation(role=role, least_version=version, until=until):
            return NOBODY, role, version, None, until
        case KeyRevocation(kid=kid, until=until):
            return None, None, None, kid, until
