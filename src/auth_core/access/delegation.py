"""Nobody gives, takes or changes rights that they do not hold themselves."""

from collections.abc import Collection, Iterable

from auth_core.access.model import Permission, RoleName
from auth_core.access.ports import AccessTx
from auth_core.ids import UserId


async def oversteps(tx: AccessTx, actor: UserId | None, rights: Iterable[Permission]) -> bool:
    """Say whether `rights` are more than `actor` holds at this moment.

    They never are for None, the operator of the machine; they always are for somebody who is not active.
    """
    if actor is None:
        return False
    principal = await tx.principals.find(actor)
    return principal is None or not all(principal.may(each) for each in rights)


async def oversteps_with(tx: AccessTx, actor: UserId | None, roles: Collection[RoleName]) -> bool:
    """Say the same of everything that `roles` allow; those that are not there allow nothing."""
    if actor is None:
        return False
    rights = {each for role in await tx.roles.list_all() if role.name in roles for each in role.allows}
    return await oversteps(tx, actor, rights)
