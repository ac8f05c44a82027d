"""Roles that inherit from each other: what follows from a change, and why somebody may do something."""

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from auth_core.access.errors import RoleCycle, UnknownParent
from auth_core.access.model import Permission, Role, RoleName, covers

type Roles = Mapping[RoleName, Role]


def with_role(roles: Roles, new: Role, *, version: int) -> Roles:
    """Return all roles as they are once `new` is one of them, in the place of the one of its name if there is one.

    Every role whose rights change with it has `version`, and what it inherits is brought up to date; all others are the
    values they were. Raises: UnknownParent, RoleCycle.
    """
    if not new.parents <= roles.keys() | {new.name}:
        raise UnknownParent
    after = {**roles, new.name: new}
    for name in _parents_first(after):
        role = after[name]
        inherited = allowed_by(role.parents, after)
        if name == new.name or inherited != role.inherited:
            changed, before = replace(role, inherited=inherited), roles.get(name)
            same_rights = before is not None and before.allows == changed.allows
            after[name] = replace(changed, version=before.version if before and same_rights else version)
    return after


def allowed_by(names: Iterable[RoleName], roles: Roles) -> frozenset[Permission]:
    """Return everything that whoever holds these roles may do."""
    return frozenset(each for name in names if name in roles for each in roles[name].allows)


def path_to(needed: str, held: Collection[RoleName], roles: Roles) -> tuple[RoleName, ...]:
    """Return a shortest way from a role that is held, by way of parents, to one whose own permissions cover `needed`.

    It is empty when there is none. Of several the first by name is told, so the answer is always the same.
    """
    came_from: dict[RoleName, RoleName | None] = dict.fromkeys(sorted(held))
    waiting = deque(came_from)
    while waiting:
        name = waiting.popleft()
        role = roles.get(name)
        if role is None:
            continue
        if covers(role.permissions, needed):
            return _way_back(name, came_from)
        for parent in sorted(role.parents - came_from.keys()):
            came_from[parent] = name
            waiting.append(parent)
    return ()


def _parents_first(roles: Roles) -> tuple[RoleName, ...]:
    """Return the names in an order in which parents come before who inherits from them. Raises: RoleCycle."""
    try:
        return tuple(TopologicalSorter({name: role.parents for name, role in roles.items()}).static_order())
    except CycleError:
        raise RoleCycle from None


def _way_back(name: RoleName, came_from: Mapping[RoleName, RoleName | None]) -> tuple[RoleName, ...]:
    way = [name]
    while (before := came_from[way[-1]]) is not None:
        way.append(before)
    return tuple(reversed(way))
