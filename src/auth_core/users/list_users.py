"""The listing of everybody."""

from dataclasses import dataclass
from typing import Final

from auth_core.ids import UserId
from auth_core.page import Page
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.model import User
from auth_core.users.ports import UsersTx

LARGEST_PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ListUsers:
    """List users in the order of their making, a page at a time."""

    uow: UnitOfWork[UsersTx]

    async def __call__(self, *, after: UserId | None = None, limit: int = 50) -> Page[User, UserId]:
        """Return the users that follow `after`; at most 500 of them, whatever `limit` says, and at least one."""
        async with self.uow() as tx:
            return await tx.users.page(after=after, limit=max(1, min(limit, LARGEST_PAGE)))
