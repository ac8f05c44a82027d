"""People who come and go in numbers, in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ARRAY, Text, Uuid, bindparam, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_unless

from auth_adapters.postgres.access import ASSIGNMENTS, ROLES
from auth_adapters.postgres.audit import EVENTS
from auth_adapters.postgres.passwords import PASSWORDS
from auth_adapters.postgres.statements import InTransaction
from auth_adapters.postgres.users import USER_COLUMNS, USERS, columns_of, user_in
from auth_core.access.errors import RoleNotFound
from auth_core.access.model import RoleName
from auth_core.audit.events import EventKind
from auth_core.credentials.passwords.model import PasswordHash
from auth_core.ids import UserId
from auth_core.redacted import Redacted
from auth_core.users.email_address import CanonicalEmail
from auth_core.users.model import User
from auth_core.users.moving import Mover, Resident

# One probe of the index on `subject` for each address: without the limit all imports there ever were may be hashed for
# each batch, and with a bare `kind` they may be walked through.
_IMPORTED: Final = (
    select(EVENTS.c.id)
    .where(EVENTS.c.subject == USERS.c.id, EVENTS.c.kind + "" == EventKind.USER_IMPORTED.value)
    .limit(1)
    .correlate(USERS)
    .scalar_subquery()
    .is_not(None)
)
_RESIDENTS: Final = select(USERS.c.id, USERS.c.email_canonical, _IMPORTED.label("imported")).where(
    USERS.c.email_canonical == func.any(bindparam("emails", type_=ARRAY(Text)))
)
_ERASED: Final = select(EVENTS.c.subject).where(
    EVENTS.c.subject == func.any(bindparam("ids", type_=ARRAY(Uuid))),
    EVENTS.c.kind + "" == EventKind.USER_ERASED.value,
)
_REMOVE: Final = delete(USERS).where(USERS.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid))))
_ADD_USERS: Final = insert_unless(USERS).on_conflict_do_nothing().returning(USERS.c.id)
_ADD_PASSWORDS: Final = insert(PASSWORDS)
# A reference takes this lock in any case. Taken here, it says which role was deleted while we waited.
_HOLD_ROLES: Final = (
    select(ROLES.c.name)
    .where(ROLES.c.name == func.any(bindparam("names", type_=ARRAY(Text))))
    .order_by(ROLES.c.name)
    .with_for_update(key_share=True, read=True)
)
_ASSIGN: Final = insert(ASSIGNMENTS)
_COUNT: Final = select(func.count()).select_from(USERS)
_ROLES_HELD: Final = (
    select(ASSIGNMENTS.c.role).where(ASSIGNMENTS.c.user_id == USERS.c.id).correlate(USERS).scalar_subquery()
)
_FIRST_PAGE: Final = (
    select(
        *USER_COLUMNS,
        PASSWORDS.c.hash,
        PASSWORDS.c.must_change,
        func.array(_ROLES_HELD, type_=ARRAY(Text)).label("held"),
    )
    .join_from(USERS, PASSWORDS, PASSWORDS.c.user_id == USERS.c.id, isouter=True)
    .order_by(USERS.c.id)
    .limit(bindparam("rows"))
)
_NEXT_PAGE: Final = _FIRST_PAGE.where(USERS.c.id > bindparam("after"))


class PostgresMovers:
    """People who come from another system or go to one."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def residents(self, emails: Collection[CanonicalEmail]) -> Mapping[CanonicalEmail, Resident]:
        found = await self._statements.run(_RESIDENTS, emails=list(emails))
        return {
            CanonicalEmail(row.email_canonical): Resident(user_id=UserId(row.id), imported=row.imported)
            for row in found.rows
        }

    async def add(self, movers: Sequence[Mover], *, now: datetime) -> Collection[UserId]:
        if not movers:
            return frozenset()
        # In one order, or two imports of the same people would wait for each other in a circle.
        ordered = sorted(movers, key=lambda mover: mover.user.email.canonical)
        answer = await self._statements.run_many(_ADD_USERS, [_row_of(each.user) for each in ordered])
        added = await self._without_erased({UserId(row.id) for row in answer.rows})
        newcomers = [mover for mover in ordered if mover.user.id in added]
        names = sorted({role for mover in newcomers for role in mover.roles})
        held = await self._statements.run(_HOLD_ROLES, names=names)
        if len(held.rows) < len(names):
            raise RoleNotFound
        passwords = [
            {
                "user_id": mover.user.id,
                "hash": mover.password.reveal(),
                "version": 1,
                "changed_at": now,
                "must_change": mover.must_change_password,
            }
            for mover in newcomers
            if mover.password is not None
        ]
        assignments = [
            {"user_id": mover.user.id, "role": role, "assigned_at": now, "assigned_by": None}
            for mover in newcomers
            for role in mover.roles
        ]
        await self._statements.run_many(_ADD_PASSWORDS, passwords)
        await self._statements.run_many(_ASSIGN, assignments)
        return added

    async def _without_erased(self, added: set[UserId]) -> Collection[UserId]:
        """Take those out again who were erased here. Before, we would not see who is being erased at this moment."""
        found = await self._statements.run(_ERASED, ids=list(added))
        erased = {UserId(row.subject) for row in found.rows}
        if erased:
            await self._statements.run(_REMOVE, ids=list(erased))
        return added - erased

    async def count(self) -> int:
        [row] = (await self._statements.run(_COUNT)).rows
        return int(row[0])

    async def page(self, *, after: UserId | None, limit: int) -> Sequence[Mover]:
        if after is None:
            found = await self._statements.run(_FIRST_PAGE, rows=limit)
        else:
            found = await self._statements.run(_NEXT_PAGE, rows=limit, after=after)
        return [
            Mover(
                user=user_in(row),
                password=None if row.hash is None else PasswordHash(Redacted(row.hash)),
                roles=tuple(RoleName(each) for each in sorted(row.held)),
                must_change_password=bool(row.must_change),
            )
            for row in found.rows
        ]


def _row_of(user: User) -> dict[str, object]:
    return columns_of(user) | {"security_version": 0, "last_login_at": user.last_login_at}
