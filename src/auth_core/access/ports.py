"""What reading and giving rights needs from storage."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from auth_core.access.model import Assignment, Principal, Role, RoleName
from auth_core.ids import UserId


class Roles(Protocol):
    """The roles there are, and who holds them."""

    async def list_all(self) -> Sequence[Role]:
        """Return every role, by name."""
        ...

    async def assign(self, user_id: UserId, role: RoleName, *, by: UserId | None, now: datetime) -> bool:
        """Give `role` to the user; False when they hold it already. `by` is None for the system itself.

        Raises: RoleNotFound.
        """
        ...

    async def withdraw(self, user_id: UserId, role: RoleName) -> bool:
        """Take `role` away from the user; False when they do not hold it."""
        ...

    async def lock_held(self, user_id: UserId) -> Mapping[RoleName, Assignment] | None:
        """Return the roles the user holds, whatever their status; None when the user is unknown.

        The user stays locked, against changes of roles and of status too, until the transaction ends.
        """
        ...

    async def others_hold(self, role: RoleName, *, besides: UserId) -> bool:
        """Say whether another active user holds `role`.

        Nobody else is told until the transaction ends: whoever asks meanwhile waits, and sees what it has left. Ask
        with the user locked.
        """
        ...


class Principals(Protocol):
    """Users with what they may do, as stored at this moment."""

    async def find(self, user_id: UserId) -> Principal | None:
        """Return the principal; None when the user is unknown or not active."""
        ...


class AccessTx(Protocol):
    """The transaction slice of this room."""

    @property
    def roles(self) -> Roles: ...

    @property
    def principals(self) -> Principals: ...
