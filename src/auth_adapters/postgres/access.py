"""Roles and rights in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    ForeignKey,
    Index,
    Label,
    Row,
    Select,
    Text,
    bindparam,
    column,
    delete,
    exists,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from auth_adapters.postgres.schema import KEY_TEXT, Record, table_of
from auth_adapters.postgres.statements import InTransaction
from auth_adapters.postgres.users import IS_ACTIVE, LOCK_USER, USERS, UserRecord
from auth_core.access.errors import RoleNotFound
from auth_core.access.model import Assignment, Permission, Principal, Role, RoleName
from auth_core.ids import UserId


class RoleRecord(Record):
    """A role. The migrations bring those of the system.

    `inherited` is what its parents allow, written whenever one of them changes: rights are read far more often.
    """

    __tablename__ = "roles"

    name: Mapped[str] = mapped_column(KEY_TEXT, primary_key=True)
    description: Mapped[str]
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    parents: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    inherited: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    system: Mapped[bool]


class RolesVersionRecord(Record):
    """Its one row counts the changes of roles, and is held by whoever makes one."""

    __tablename__ = "roles_version"

    one: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(BigInteger)


class RoleAssignmentRecord(Record):
    """A role somebody holds. Who gave it may be gone by now, so `assigned_by` refers to nobody."""

    __tablename__ = "role_assignments"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(UserRecord.id, ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(KEY_TEXT, ForeignKey(RoleRecord.name), primary_key=True)
    assigned_at: Mapped[datetime]
    assigned_by: Mapped[UUID | None]

    __table_args__ = (Index(None, "role", "user_id"),)


ROLES: Final = table_of(RoleRecord)
_VERSION: Final = table_of(RolesVersionRecord)
ASSIGNMENTS: Final = table_of(RoleAssignmentRecord)


def _list_of(texts: Select[tuple[str]], *, name: str) -> Label[Any]:
    return func.array(texts.scalar_subquery(), type_=ARRAY(Text)).label(name)


def rights_of(user_id: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    """Return columns that tell the rights of the user in whose row `user_id` stands: for `principal_in`."""
    held = select(ASSIGNMENTS.c.role).where(ASSIGNMENTS.c.user_id == user_id).correlate(USERS)
    allowed = (
        select(func.unnest(ROLES.c.permissions + ROLES.c.inherited))
        .join_from(ASSIGNMENTS, ROLES, ROLES.c.name == ASSIGNMENTS.c.role)
        .where(ASSIGNMENTS.c.user_id == user_id)
        .correlate(USERS)
    )
    return (
        USERS.c.security_version,
        _list_of(held, name="held_roles"),
        _list_of(allowed, name="held_permissions"),
        select(_VERSION.c.version).scalar_subquery().label("roles_version"),
    )


def principal_in(row: Row[Any], *, user_id: UserId) -> Principal:
    """Return the principal of a row that has the columns of `rights_of`."""
    return Principal(
        user_id=user_id,
        security_version=row.security_version,
        roles=tuple(RoleName(each) for each in sorted(row.held_roles)),
        permissions=tuple(Permission(each) for each in sorted(set(row.held_permissions))),
        roles_version=row.roles_version,
    )


_LIST_ROLES: Final = select(ROLES).order_by(ROLES.c.name)
_ASSIGN: Final = (
    insert(ASSIGNMENTS)
    .from_select(
        ["user_id", "role", "assigned_at", "assigned_by"],
        select(
            bindparam("user_id", type_=ASSIGNMENTS.c.user_id.type),
            ROLES.c.name,
            bindparam("now", type_=ASSIGNMENTS.c.assigned_at.type),
            bindparam("by", type_=ASSIGNMENTS.c.assigned_by.type),
        )
        .where(ROLES.c.name == bindparam("role"))
        # The reference takes this lock in any case. Taken here, it says that the role was deleted while we waited.
        .with_for_update(key_share=True, read=True),
    )
    .on_conflict_do_nothing()
)
_FIND_ROLE: Final = select(ROLES.c.name).where(ROLES.c.name == bindparam("role"))
_WITHDRAW: Final = delete(ASSIGNMENTS).where(
    ASSIGNMENTS.c.user_id == bindparam("user_id"), ASSIGNMENTS.c.role == bindparam("role")
)
_HELD: Final = select(ASSIGNMENTS).where(ASSIGNMENTS.c.user_id == bindparam("user_id"))
# Not as strong as a deletion: who is given the role meanwhile does not wait.
LOCK_ROLE: Final = select(ROLES.c.name).where(ROLES.c.name == bindparam("role")).with_for_update(key_share=True)
_OTHER_HOLDER: Final = (
    select(ASSIGNMENTS.c.user_id)
    .join_from(ASSIGNMENTS, USERS, USERS.c.id == ASSIGNMENTS.c.user_id)
    .where(ASSIGNMENTS.c.role == bindparam("role"), ASSIGNMENTS.c.user_id != bindparam("besides"), IS_ACTIVE)
    .limit(1)
)
NEXT_VERSION: Final = update(_VERSION).values(version=_VERSION.c.version + 1).returning(_VERSION.c.version)
# Taken apart by the server, so that one statement serves for any number.
_KEPT: Final = (
    func.jsonb_to_recordset(bindparam("roles", type_=JSONB))
    .table_valued(
        column("name", Text),
        column("description", Text),
        column("permissions", ARRAY(Text)),
        column("parents", ARRAY(Text)),
        column("inherited", ARRAY(Text)),
        column("version", BigInteger),
        column("system", Boolean),
        name="kept",
    )
    .render_derived(with_types=True)
)
_INSERT: Final = insert(ROLES).from_select(
    [each.name for each in ROLES.c], select(*(_KEPT.c[each.name] for each in ROLES.c))
)
_KEEP: Final = _INSERT.on_conflict_do_update(
    index_elements=[ROLES.c.name],
    set_={each.name: _INSERT.excluded[each.name] for each in ROLES.c if each is not ROLES.c.name},
)
LOCK_TO_REMOVE: Final = select(ROLES.c.name).where(ROLES.c.name == bindparam("role")).with_for_update()
_REMOVE: Final = delete(ROLES).where(
    ROLES.c.name == bindparam("role"),
    ~exists(select(ASSIGNMENTS.c.user_id).where(ASSIGNMENTS.c.role == bindparam("role"))),
)
_FIND_PRINCIPAL: Final = select(*rights_of(USERS.c.id)).where(USERS.c.id == bindparam("user_id"), IS_ACTIVE)


def _role_in(row: Row[Any]) -> Role:
    return Role(
        name=RoleName(row.name),
        description=row.description,
        permissions=frozenset(Permission(each) for each in row.permissions),
        parents=frozenset(RoleName(each) for each in row.parents),
        inherited=frozenset(Permission(each) for each in row.inherited),
        version=row.version,
        system=row.system,
    )


def _columns_of(role: Role) -> dict[str, object]:
    return {
        "name": role.name,
        "description": role.description,
        "permissions": sorted(role.permissions),
        "parents": sorted(role.parents),
        "inherited": sorted(role.inherited),
        "version": role.version,
        "system": role.system,
    }


def assignment_in(row: Row[Any]) -> Assignment:
    """Return the assignment of a row of `ASSIGNMENTS`."""
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
        return [_role_in(row) for row in found.rows]

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
        held = (assignment_in(row) for row in found.rows)
        return {each.role: each for each in held}

    async def others_hold(self, role: RoleName, *, besides: UserId) -> bool:
        await self._statements.run(LOCK_ROLE, role=role)
        return (await self._statements.run(_OTHER_HOLDER, role=role, besides=besides)).row is not None

    async def next_version(self) -> int:
        [row] = (await self._statements.run(NEXT_VERSION)).rows
        return int(row.version)

    async def keep(self, *roles: Role) -> None:
        if roles:
            await self._statements.run(_KEEP, roles=[_columns_of(each) for each in roles])

    async def remove(self, role: RoleName) -> bool:
        # Whoever gives it holds its row until they commit; then the next statement sees that it is held.
        await self._statements.run(LOCK_TO_REMOVE, role=role)
        return (await self._statements.run(_REMOVE, role=role)).count == 1


class PostgresPrincipals:
    """Users with what they may do, as stored at this moment."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def find(self, user_id: UserId) -> Principal | None:
        found = await self._statements.run(_FIND_PRINCIPAL, user_id=user_id)
        return None if found.row is None else principal_in(found.row, user_id=user_id)
