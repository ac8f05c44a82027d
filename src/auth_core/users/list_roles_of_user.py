"""Which roles does this user hold?"""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_core.access.model import Assignment
from auth_core.ids import UserId
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.errors import UserNotFound
from auth_core.users.ports import HoldersTx


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRolesOfUser:
    """List the roles a user holds, since when and by whose hand."""

    uow: UnitOfWork[HoldersTx]

    async def __call__(self, *, user_id: UserId) -> Sequence[Assignment]:
        """Return the roles of a user of any status, by name. Raises: UserNotFound."""
        async with self.uow() as tx:
            known = await tx.users.find(user_id) is not None
            held = await tx.role_holders.held_by(user_id)
        if not known:
            raise UserNotFound
        return held
