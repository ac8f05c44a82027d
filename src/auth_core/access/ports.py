"""What reading and giving rights needs from storage."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from auth_core.access.model import Assignment, Principal, Role, RoleName
from auth_core.audit.ports import AuditTx
from auth_core.idempotency.ports import AnswersTx
from auth_core.ids import UserId
from auth_core.page import Page
from auth_core.revocation.ports import RevocationsTx


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

    async def next_version(self) -> int:
        """Return a version that no role has had, higher than all before it.

        Nobody else changes roles until the transaction ends: whoever asks meanwhile waits, and sees what it has left.
        """
        ...

    async def keep(self, *roles: Role) -> None:
        """Add these roles, each in the place of the one of its name if there is one."""
        ...

    async def remove(self, role: RoleName) -> bool:
        """Remove the role; False when it is not there or somebody holds it, whatever their status."""
        ...


class Principals(Protocol):
    """Users with what they may do, as stored at this moment."""

    async def find(self, user_id: UserId) -> Principal | None:
        """Return the principal; None when the user is unknown or not active."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Somebody who holds roles, with the address by which people know them."""

    user_id: UserId
    email: str
    roles: frozenset[RoleName]


class RoleHolders(Protocol):
    """Who holds which roles, in numbers and one by one, whatever their status."""

    async def held_by(self, user_id: UserId) -> Sequence[Assignment]:
        """Return the roles the user holds, by name; nothing for the unknown."""
        ...

    async def combinations(self, roles: Collection[RoleName]) -> Mapping[frozenset[RoleName], int]:
        """Return everything that users hold together who hold one of `roles`, and how many hold exactly that."""
        ...

    async def page(self, roles: Collection[RoleName], *, after: UserId | None, limit: int) -> Page[Holder, UserId]:
        """Return up to `limit` users who hold one of `roles`, with all they hold, in the order of their making."""
        ...


class AccessTx(Protocol):
    """The transaction slice of this room."""

    @property
    def roles(self) -> Roles: ...

    @property
    def principals(self) -> Principals: ...


class RolePreviewTx(AccessTx, Protocol):
    """What is read to tell the consequences of a change."""

    @property
    def role_holders(self) -> RoleHolders: ...


class RolesEditTx(AuditTx, RevocationsTx, AccessTx, AnswersTx, Protocol):
    """What a change of a role touches."""
