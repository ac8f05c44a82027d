"""What a change of a role would do to whom: computed, not done."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from auth_core.access.hierarchy import Roles, allowed_by
from auth_core.access.model import Permission, RoleName, covers
from auth_core.ids import UserId

LARGEST_PAGE: Final = 500
MOST_GROUPS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Rights somebody would have that they lack now, and rights they have now and would lack, both sorted."""

    gains: tuple[Permission, ...]
    losses: tuple[Permission, ...]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.gains or self.losses)


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedGroup:
    """Everybody who, of the roles that matter, holds exactly these: how many, and what changes for each of them."""

    roles: tuple[RoleName, ...]
    users: int
    difference: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedUser:
    """One of them."""

    user_id: UserId
    email: str
    roles: tuple[RoleName, ...]
    difference: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class RolePreview:
    """What a change of a role would do: exact numbers, the largest groups, and a page of the people.

    `next` is where the next page begins; None when there is none.
    """

    users_who_gain: int
    users_who_lose: int
    groups: Sequence[AffectedGroup]
    users: Sequence[AffectedUser]
    next: UserId | None


def roles_that_matter(changed: Collection[RoleName], before: Roles, after: Roles) -> frozenset[RoleName]:
    """Return those that change, and those that allow something of what changes anyway.

    Whoever holds the same of these gains and loses the same, whatever else they hold: a right that comes or goes is
    one of a role that changes, and makes no difference to who has it, or something wider, by another one.
    """
    touched = {each for name in changed for each in before[name].allows ^ after[name].allows}
    return frozenset(
        name for name in before if name in changed or any(covers(before[name].allows, each) for each in touched)
    )


def difference(held: Collection[RoleName], before: Roles, after: Roles) -> Difference:
    """Say what changes for somebody who holds these roles. What is covered by something wider is no loss."""
    had, has = allowed_by(held, before), allowed_by(held, after)
    return Difference(
        gains=tuple(sorted(each for each in has if not covers(had, each))),
        losses=tuple(sorted(each for each in had if not covers(has, each))),
    )
