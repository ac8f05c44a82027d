"""Roles and rights in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Label, Row, Select, Text, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Mapped, mapped_column

from auth_adapters.postgres.schema import KEY_TEXT, Record, table_of
from auth_adapters.postgres.statements import InTransaction
from auth_adapters.postgres.users import IS_ACTIVE, LOCK_USER, USERS, UserRecord
from auth_core.access.errors import RoleNotFound
from auth_core.access.model import Assignment, Permission, Principal, Role, RoleName
from auth_core.ids import UserId


class RoleRecord(Record):
    """A role. The migrations bring those of the system."""

    __tablename__ = "roles"

    name: Mapped[str] = mapped_column(KEY_TEXT, primary_key=True)
    description: Mapped[str]
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    system: Mapped[bool]


class RoleAssignmentRecord(Record):
    """A role somebody holds. Who gave it may be gone by now, so `assigned_by` refers to nobody."""

    __tablename__ = "role_assignments"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(UserRecord.id, ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(KEY_TEXT, ForeignKey(RoleRecord.name), primary_key=True)
    assigned_at: Mapped[datetime]
    assigned_by: Mapped[UUID | None]


_ROLES: Final = table_of(RoleRecord)
_ASSIGNMENTS: Final = table_of(RoleAssignmentRecord)


def _list_of(texts: Select[tuple[str]], *, name: str) -> Label[Any]:
    return func.array(texts.scalar_subquery(), type_=ARRAY(Text)).label(name)


def rights_of(user_id: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    """Return columns that tell the rights of the user in whose row `user_id` stands: for `principal_in`."""
    held = select(_ASSIGNMENTS.c.role).where(_ASSIGNMENTS.c.user_id == user_id).correlate(USERS)
    allowed = (
        select(func.unnest(_ROLES.c.permissions))
        .join_from(_ASSIGNMENTS, _ROLES, _ROLES.c.name == _ASSIGNMENTS.c.role)
        .where(_ASSIGNMENTS.c.user_id == user_id)
        .correlate(USERS)
    )
    return USERS.c.security_version, _list_of(held, name="held_roles"), _list_of(allowed, name="held_permissions")


def principal_in(row: Row[Any], *, user_id: UserId) -> Principal:
    """Return the principal of a row that has the columns of `rights_of`."""
    return Principal(
        user_id=user_id,
        security_version=row.security_version,
        roles=tuple(RoleName(each) for each in sorted(row.held_roles)),
        permissions=tuple(Permission(each) for each in sorted(set(row.held_permissions))),
    )


_LIST_ROLES: Final = select(_ROLES).order_by(_ROLES.c.name)
_ASSIGN: Final = (
    insert(_ASSIGNMENTS)
    .from_select(
        ["user_id", "role", "assigned_at", "assigned_by"],
        select(
            bindparam("user_id", type_=_ASSIGNMENTS.c.user_id.type),
            _ROLES.c.name,
            bindparam("now", type_=_ASSIGNMENTS.c.assigned_at.type),
            bindparam("by", type_=_ASSIGNMENTS.c.assigned_by.type),
        )
        .where(_ROLES.c.name == bindparam("role"))
        # The reference takes this lock in any case. Taken here, it says that the role was deleted while we waited.
        .with_for_update(key_share=True, read=True),
    )
    .on_conflict_do_nothing()
)
_FIND_ROLE: Final = select(_ROLES.c.name).where(_ROLES.c.name == bindparam("role"))
_WITHDRAW: Final = delete(_ASSIGNMENTS).where(
    _ASSIGNMENTS.c.user_id == bindparam("user_id"), _ASSIGNMENTS.c.role == bindparam("role")
)
_HELD: Final = select(_ASSIGNMENTS).where(_ASSIGNMENTS.c.user_id == bindparam("user_id"))
# Not as strong as a deletion: who is given the role meanwhile does not wait.
LOCK_ROLE: Final = select(_ROLES.c.name).where(_ROLES.c.name == bindparam("role")).with_for_update(key_share=True)
_OTHER_HOLDER: Final = (
    select(_ASSIGNMENTS.c.user_id)
    .join_from(_ASSIGNMENTS, USERS, USERS.c.id == _ASSIGNMENTS.c.user_id)
    .where(_ASSIGNMENTS.c.role == bindparam("role"), _ASSIGNMENTS.c.user_id != bindparam("besides"), IS_ACTIVE)
    .limit(1)
)
_FIND_PRINCIPAL: Final = select(*rights_of(USERS.c.id)).where(USERS.c.id == bindparam("user_id"), IS_ACTIVE)


def _assignment_in(row: Row[Any]) -> Assignment:
    return Assignment(
        role=RoleName(row.role),
        at=row.assigned_at,
        by=None if row.assigned_by is None else UserId(row.assigned_by),
    )


class PostgresRoles:
    """The roles there are, and who holds them."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def list_all(self) -> Sequence[Role]:
        found = await self._statements.run(_LIST_ROLES)
        return [
            Role(
                name=RoleName(row.name),
                description=row.description,
                permissions=frozenset(Permission(each) for each in row.permissions),
                system=row.system,
            )
            for row in found.rows
        ]

    async def assign(self, user_id: UserId, role: RoleName, *, by: UserId | None, now: datetime) -> bool:
        assigned = await self._statements.run(_ASSIGN, user_id=user_id, role=role, by=by, now=now)
        if assigned.count == 1:
            return True
        known = await self._statements.run(_FIND_ROLE, role=role)
        if known.row is None:
            raise RoleNotFound
        return False

    async def withdraw(self, user_id: UserId, role: RoleName) -> bool:
        withdrawn = await self._statements.run(_WITHDRAW, user_id=user_id, role=role)
        return withdrawn.count == 1

    async def lock_held(self, user_id: UserId) -> Mapping[RoleName, Assignment] | None:
        if (await self._statements.run(LOCK_USER, user_id=user_id)).row is None:
            return None
        # In a statement of its own: it sees what whoever held the lock before has left.
        found = await self._statements.run(_HELD, user_id=user_id)
        held = (_assignment_in(row) for row in found.rows)
        return {each.role: each for each in held}

    async def others_hold(self, role: RoleName, *, besides: UserId) -> bool:
        await self._statements.run(LOCK_ROLE, role=role)
        return (await self._statements.run(_OTHER_HOLDER, role=role, besides=besides)).row is not None


class PostgresPrincipals:
    """Users with what they may do, as stored at this moment."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def find(self, user_id: UserId) -> Principal | None:
        found = await self._statements.run(_FIND_PRINCIPAL, user_id=user_id)
        return None if found.row is None else principal_in(found.row, user_id=user_id)
