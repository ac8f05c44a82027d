"""What somebody must be permitted before they may do something."""

from dataclasses import dataclass

from auth_core.access.errors import PermissionDenied
from auth_core.access.model import Permission, Principal, permission


@dataclass(frozen=True, slots=True)
class Requirement:
    """Permissions of which every one is needed; where several stand together, one of these is enough."""

    alternatives: tuple[tuple[Permission, ...], ...]

    def is_met_by(self, principal: Principal) -> bool:
        """Say whether the principal holds what is needed."""
        return all(any(map(principal.may, several)) for several in self.alternatives)

    def demand_of(self, principal: Principal) -> None:
        """Let the principal pass who holds what is needed. Raises: PermissionDenied."""
        if not self.is_met_by(principal):
            raise PermissionDenied


def all_of(*needed: str | Requirement) -> Requirement:
    """Require everything named. Raises: InvalidPermission; ValueError when nothing is named."""
    return Requirement(
        tuple(
            several
            for each in _some(needed)
            for several in (each.alternatives if isinstance(each, Requirement) else ((permission(each),),))
        )
    )


def any_of(*needed: str) -> Requirement:
    """Require one of the permissions named. Raises: InvalidPermission; ValueError when nothing is named."""
    return Requirement((tuple(permission(each) for each in _some(needed)),))


def _some[T](needed: tuple[T, ...]) -> tuple[T, ...]:
    """Refuse a requirement of nothing: whoever writes it down believes that something is guarded."""
    if not needed:
        raise ValueError("a requirement names at least one permission")
    return needed
