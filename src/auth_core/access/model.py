"""Permissions, roles, and the principal: a user as far as rights are concerned."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
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


def covers(held: Iterable[str], needed: str) -> bool:
    """Say whether the permissions `held` cover `needed`, by name, by `area:*` or by `*`."""
    area, _, _ = needed.partition(":")
    return any(each in (needed, f"{area}:*", EVERYTHING) for each in held)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A named bundle of permissions: its own, and those of its parents. A system role comes with the service and stays.

    `inherited` is what the parents allow, theirs included. `version` is the one that all roles together had when what
    this one allows last changed: a token of somebody who holds it, and that carries a lower one, is void.
    """

    name: RoleName
    description: str
    permissions: frozenset[Permission]
    parents: frozenset[RoleName] = frozenset()
    inherited: frozenset[Permission] = frozenset()
    version: int = 0
    system: bool = False

    @property
    def allows(self) -> frozenset[Permission]:
        """Everything its holders may do because of it."""
        return self.permissions | self.inherited

    @property
    def tag(self) -> str:
        """What somebody has seen of the role: another one when anything of it is."""
        return tag_of(
            self.description, *(" ".join(sorted(each)) for each in (self.permissions, self.parents, self.inherited))
        )


def tag_of(*texts: str) -> str:
    """Return 128 bits that are others for other texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:32]


ADMIN: Final = Role(
    name=RoleName("admin"), description="May do everything.", permissions=frozenset({EVERYTHING}), system=True
)
USER: Final = Role(
    name=RoleName("user"), description="Has an account and manages it.", permissions=frozenset(), system=True
)
SYSTEM_ROLES: Final = (ADMIN, USER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A role somebody holds: since when, and by whose hand. `by` is None for the service and the operator."""

    role: RoleName
    at: datetime
    by: UserId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """An active user with the rights they have at one moment.

    `security_version` counts up whenever rights are taken away at once; a token that carries a lower one is void.
    `roles_version` counts the changes of roles; a token that carries a lower one than a role of its has is void.
    Roles and permissions are sorted, so equal rights are equal values.
    """

    user_id: UserId
    security_version: int
    roles: tuple[RoleName, ...]
    permissions: tuple[Permission, ...]
    roles_version: int = 0

    def may(self, needed: str) -> bool:
        """Say whether the permissions held cover `needed`."""
        return covers(self.permissions, needed)


def principal(user_id: UserId, security_version: int, roles: Iterable[Role], *, roles_version: int = 0) -> Principal:
    """Add up what `roles` allow."""
    held = list(roles)
    return Principal(
        user_id=user_id,
        security_version=security_version,
        roles=tuple(sorted(role.name for role in held)),
        permissions=tuple(sorted({each for role in held for each in role.allows})),
        roles_version=roles_version,
    )
