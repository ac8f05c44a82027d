"""What reading and giving rights needs from storage."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from auth_core.access.model import Principal, Role, RoleName
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
