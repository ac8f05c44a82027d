"""Roles, and who holds them, in memory."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from auth_adapters.memory.store import Tables
from auth_core.access.errors import RoleNotFound
from auth_core.access.model import Assignment, Principal, Role, RoleName, principal
from auth_core.access.ports import Holder
from auth_core.ids import UserId
from auth_core.page import Page
from auth_core.users.model import UserStatus

ROLES_VERSION: Final = "roles"
"""The sequence that counts the changes of roles."""

_NOTHING: Final[Mapping[RoleName, Assignment]] = MappingProxyType({})


class MemoryRoles:
    """The roles there are."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def list_all(self) -> Sequence[Role]:
        return [self._tables.roles[name] for name in sorted(self._tables.roles)]

    async def assign(self, user_id: UserId, role: RoleName, *, by: UserId | None, now: datetime) -> bool:
        if role not in self._tables.roles:
            raise RoleNotFound
        held = self._held(user_id)
        if role in held:
            return False
        self._tables.roles_held[user_id] = {**held, role: Assignment(role=role, at=now, by=by)}
        return True

    async def withdraw(self, user_id: UserId, role: RoleName) -> bool:
        held = self._held(user_id)
        self._tables.roles_held[user_id] = {name: each for name, each in held.items() if name != role}
        return role in held

    async def lock_held(self, user_id: UserId) -> Mapping[RoleName, Assignment] | None:
        return self._held(user_id) if user_id in self._tables.users else None

    async def others_hold(self, role: RoleName, *, besides: UserId) -> bool:
        return any(
            user.status is UserStatus.ACTIVE and user.id != besides and role in self._held(user.id)
            for user in self._tables.users.values()
        )

    async def next_version(self) -> int:
        return self._tables.next_number(ROLES_VERSION)

    async def keep(self, *roles: Role) -> None:
        self._tables.roles.update({role.name: role for role in roles})

    async def remove(self, role: RoleName) -> bool:
        if any(role in held for held in self._tables.roles_held.values()):
            return False
        return self._tables.roles.pop(role, None) is not None

    def _held(self, user_id: UserId) -> Mapping[RoleName, Assignment]:
        return self._tables.roles_held.get(user_id, _NOTHING)


class MemoryRoleHolders:
    """Who holds which roles."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def held_by(self, user_id: UserId) -> Sequence[Assignment]:
        held = self._tables.roles_held.get(user_id, _NOTHING)
        return [held[role] for role in sorted(held)]

    async def combinations(
        self, roles: Collection[RoleName], *, telling: Collection[RoleName]
    ) -> Mapping[frozenset[RoleName], int]:
        return Counter(held & frozenset(telling) for held in self._holders(roles).values())

    async def page(
        self,
        roles: Collection[RoleName],
        *,
        telling: Collection[RoleName] = (),
        having: Collection[frozenset[RoleName]] | None = None,
        after: UserId | None,
        limit: int,
    ) -> Page[Holder, UserId]:
        holders = {
            user_id: held
            for user_id, held in self._holders(roles).items()
            if having is None or held & frozenset(telling) in having
        }
        following = [user_id for user_id in sorted(holders) if after is None or user_id > after]
        shown = following[:limit]
        return Page(
            items=[
                Holder(user_id=each, email=self._tables.users[each].email.address, roles=holders[each])
                for each in shown
            ],
            next=shown[-1] if len(following) > len(shown) else None,
        )

    def _holders(self, roles: Collection[RoleName]) -> dict[UserId, frozenset[RoleName]]:
        return {
            user_id: frozenset(held)
            for user_id, held in self._tables.roles_held.items()
            if not held.keys().isdisjoint(roles)
        }


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
    held = tables.roles_held.get(user_id, _NOTHING)
    return principal(
        user_id,
        tables.security_versions[user_id],
        (tables.roles[name] for name in held),
        roles_version=tables.last_numbers.get(ROLES_VERSION, 0),
    )


def are_outdated(tables: Tables, roles: Collection[RoleName], version: int) -> bool:
    """Say whether one of these roles has changed since the roles had this version."""
    return any(role in tables.roles and tables.roles[role].version > version for role in roles)
