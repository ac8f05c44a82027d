"""The roles there are."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_core.access.errors import RoleNotFound
from auth_core.access.model import Role, role_name
from auth_core.access.ports import AccessTx
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRoles:
    """List every role with what it allows and inherits."""

    uow: UnitOfWork[AccessTx]

    async def __call__(self) -> Sequence[Role]:
        """Return the roles, by name."""
        async with self.uow() as tx:
            return await tx.roles.list_all()


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpRole:
    """Find one role."""

    uow: UnitOfWork[AccessTx]

    async def __call__(self, *, name: str) -> Role:
        """Return the role. Raises: InvalidRoleName, RoleNotFound."""
        wanted = role_name(name)
        async with self.uow() as tx:
            roles = await tx.roles.list_all()
        for role in roles:
            if role.name == wanted:
                return role
        raise RoleNotFound
