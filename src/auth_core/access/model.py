"""Permissions, roles, and the principal: a user as far as rights are concerned."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NewType

from auth_core.access.errors import InvalidPermission, InvalidRoleName
from auth_core.ids import UserId

Permission = NewType("Permission", str)
RoleName = NewType("RoleName", str)

EVERYTHING: Final = Permission("*")

_PERMISSION: Final = re.compile(r"[a-z][a-z0-9_-]{0,62}:(?:\*|[a-z][a-z0-9_-]{0,62})", re.ASCII)
_ROLE_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,62}", re.ASCII)


def permission(text: str) -> Permission:
    """Read `area:action`, `area:*` or `*`. Raises: InvalidPermission."""
    if text != EVERYTHING and _PERMISSION.fullmatch(text) is None:
        raise InvalidPermission
    return Permission(text)


def role_name(text: str) -> RoleName:
    """Read the name of a role: lower-case ASCII, digits, `-` and `_`, a letter first. Raises: InvalidRoleName."""
    if _ROLE_NAME.fullmatch(text) is None:
        raise InvalidRoleName
    return RoleName(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A named bundle of permissions. A system role comes with the service and never changes."""

    name: RoleName
    description: str
    permissions: frozenset[Permission]
    system: bool = False


ADMIN: Final = Role(
    name=RoleName("admin"), description="May do everything.", permissions=frozenset({EVERYTHING}), system=True
)
USER: Final = Role(
    name=RoleName("user"), description="Has an account and manages it.", permissions=frozenset(), system=True
)
SYSTEM_ROLES: Final = (ADMIN, USER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """An active user with the rights they have at one moment.

    `security_version` counts up whenever rights are taken away at once; a token that carries a lower one is void.
    Roles and permissions are sorted, so equal rights are equal values.
    """

    user_id: UserId
    security_version: int
    roles: tuple[RoleName, ...]
    permissions: tuple[Permission, ...]

    def may(self, needed: str) -> bool:
        """Say whether the permissions held cover `needed`, by name, by `area:*` or by `*`."""
        held = self.permissions
        return needed in held or EVERYTHING in held or f"{needed.partition(':')[0]}:*" in held


def principal(user_id: UserId, security_version: int, roles: Iterable[Role]) -> Principal:
    """Add up what `roles` allow."""
    held = list(roles)
    return Principal(
        user_id=user_id,
        security_version=security_version,
        roles=tuple(sorted(role.name for role in held)),
        permissions=tuple(sorted({each for role in held for each in role.permissions})),
    )
