"""Why somebody may do something, or what is missing."""

from collections.abc import Collection
from dataclasses import dataclass

from auth_core.access.hierarchy import Roles, path_to
from auth_core.access.model import Permission, RoleName, covers


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Whether a user may do something, and how that comes about.

    `path` leads from a role they hold, from each role to a parent of it, to the role that has `granted`: the permission
    itself or one that covers it. Without a path, `missing` names the roles that would give it: one of them is to be
    held, or inherited by a role that is held. Whoever is not active may do nothing, whatever path there is.
    """

    permission: Permission
    active: bool
    held: tuple[RoleName, ...]
    path: tuple[RoleName, ...]
    granted: Permission | None
    missing: tuple[RoleName, ...]

    @property
    def allowed(self) -> bool:
        """Whether they may."""
        return self.active and bool(self.path)


def explained(needed: Permission, *, held: Collection[RoleName], roles: Roles, active: bool) -> Explanation:
    """Explain why somebody who holds these roles may do what is `needed`, or why not."""
    path = path_to(needed, held, roles)
    granted = (
        next((each for each in sorted(roles[path[-1]].permissions) if covers([each], needed)), None) if path else None
    )
    missing = () if path else tuple(sorted(name for name, role in roles.items() if covers(role.allows, needed)))
    return Explanation(
        permission=needed,
        active=active,
        held=tuple(sorted(held)),
        path=path,
        granted=granted,
        missing=missing,
    )
