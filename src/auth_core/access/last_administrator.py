"""Somebody can always administer the service."""

from collections.abc import Container

from auth_core.access.model import ADMIN, RoleName
from auth_core.access.ports import AccessTx
from auth_core.ids import UserId


async def is_last_administrator(tx: AccessTx, user_id: UserId, held: Container[RoleName]) -> bool:
    """Say whether there is no active administrator but this user, who holds `held` and is locked.

    It stays true until the transaction ends. Administrators are those who hold `admin` itself: it never changes, so
    whoever holds it can mend whatever was done to other roles.
    """
    return ADMIN.name in held and not await tx.roles.others_hold(ADMIN.name, besides=user_id)
