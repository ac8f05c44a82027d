"""Roles and rights in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Label, Row, Select, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Mapped, mapped_column

from auth_adapters.postgres.schema import KEY_TEXT, Record, table_of
from auth_adapters.postgres.statements import InTransaction
from auth_adapters.postgres.users import IS_ACTIVE, USERS, UserRecord
from auth_core.access.errors import RoleNotFound
from auth_core.access.model import Permission, Principal, Role, RoleName
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
        ).where(_ROLES.c.name == bindparam("role")),
    )
    .on_conflict_do_nothing()
)
_FIND_ROLE: Final = select(_ROLES.c.name).where(_ROLES.c.name == bindparam("role"))
_FIND_PRINCIPAL: Final = select(*rights_of(USERS.c.id)).where(USERS.c.id == bindparam("user_id"), IS_ACTIVE)


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


class PostgresPrincipals:
    """Users with what they may do, as stored at this moment."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def find(self, user_id: UserId) -> Principal | None:
        found = await self._statements.run(_FIND_PRINCIPAL, user_id=user_id)
        return None if found.row is None else principal_in(found.row, user_id=user_id)
