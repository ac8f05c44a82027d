"""Why may this user do that, or why not?"""

from dataclasses import dataclass

from auth_core.access.explanation import Explanation, explained
from auth_core.access.model import permission as read_permission
from auth_core.ids import UserId
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.errors import UserNotFound
from auth_core.users.model import UserStatus
from auth_core.users.ports import HoldersTx


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainPermission:
    """Name the path through roles that lets a user do something, or what is missing."""

    uow: UnitOfWork[HoldersTx]

    async def __call__(self, *, user_id: UserId, permission: str) -> Explanation:
        """Explain it, for a user of any status. Raises: InvalidPermission, UserNotFound."""
        needed = read_permission(permission)
        async with self.uow() as tx:
            user = await tx.users.find(user_id)
            held = await tx.role_holders.held_by(user_id)
            roles = {role.name: role for role in await tx.roles.list_all()}
        if user is None:
            raise UserNotFound
        active = user.status is UserStatus.ACTIVE
        return explained(needed, held=[each.role for each in held], roles=roles, active=active)
