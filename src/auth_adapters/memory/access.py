"""Roles, and who holds them, in memory."""

from collections.abc import Sequence
from datetime import datetime

from auth_adapters.memory.store import Tables
from auth_core.access.errors import RoleNotFound
from auth_core.access.model import Principal, Role, RoleName, principal
from auth_core.ids import UserId
from auth_core.users.model import UserStatus


class MemoryRoles:
    """The roles there are."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def list_all(self) -> Sequence[Role]:
        return [self._tables.roles[name] for name in sorted(self._tables.roles)]

    async def assign(self, user_id: UserId, role: RoleName, *, by: UserId | None, now: datetime) -> bool:
        if role not in self._tables.roles:
            raise RoleNotFound
        held = self._tables.roles_held.get(user_id, frozenset())
        self._tables.roles_held[user_id] = held | {role}
        return role not in held


class MemoryPrincipals:
    """Users with what they may do."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def find(self, user_id: UserId) -> Principal | None:
        return find_principal(self._tables, user_id)


def find_principal(tables: Tables, user_id: UserId) -> Principal | None:
    """Return the principal as `tables` have them; None when the user is unknown or not active."""
    user = tables.users.get(user_id)
    if user is None or user.status is not UserStatus.ACTIVE:
        return None
    held = tables.roles_held.get(user_id, frozenset())
    return principal(user_id, tables.security_versions[user_id], (tables.roles[name] for name in held))
