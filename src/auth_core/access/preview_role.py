"""Who would gain and who would lose what by a change of a role, before it is made."""

from collections.abc import Collection
from dataclasses import dataclass

from auth_core.access.draft import read_draft
from auth_core.access.errors import SystemRole
from auth_core.access.hierarchy import with_role
from auth_core.access.model import RoleName
from auth_core.access.ports import Holder, RolePreviewTx
from auth_core.access.preview import (
    LARGEST_PAGE,
    MOST_GROUPS,
    AffectedGroup,
    AffectedUser,
    RolePreview,
    difference,
    roles_that_matter,
)
from auth_core.ids import UserId
from auth_core.page import Page
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRole:
    """Work out what `DefineRole` would do with the same inputs, and do nothing.

    People who hold the same roles are affected the same, and there are far fewer such groups than people; and of what
    they hold only that matters which changes, or allows what changes. So the numbers are exact at the cost of a count.
    """

    uow: UnitOfWork[RolePreviewTx]

    async def __call__(
        self,
        *,
        name: str,
        permissions: Collection[str] = (),
        parents: Collection[str] = (),
        after: UserId | None = None,
        limit: int = 50,
    ) -> RolePreview:
        """Return the consequences, with a page of the affected users that follow `after`: 500 of them at most.

        Users are counted whatever their status.
        Raises: InvalidRoleName, Rejected, UnknownParent, RoleCycle, SystemRole.
        """
        draft = read_draft(name=name, description="", permissions=permissions, parents=parents)
        async with self.uow() as tx:
            now = {role.name: role for role in await tx.roles.list_all()}
            if draft.name in now and now[draft.name].system:
                raise SystemRole
            then = with_role(now, draft.role, version=0)
            changed = [each for each in now if now[each].allows != then[each].allows]
            telling = roles_that_matter(changed, now, then)
            combinations = await tx.role_holders.combinations(changed, telling=telling)
            groups = [
                AffectedGroup(roles=_sorted(roles), users=users, difference=difference(roles, now, then))
                for roles, users in combinations.items()
            ]
            affected = [frozenset(group.roles) for group in groups if group.difference]
            page: Page[Holder, UserId] = Page(items=(), next=None)
            if affected:
                page = await tx.role_holders.page(
                    changed,
                    telling=telling,
                    having=None if len(affected) == len(groups) else affected,
                    after=after,
                    limit=max(1, min(limit, LARGEST_PAGE)),
                )
        people = [
            AffectedUser(
                user_id=each.user_id,
                email=each.email,
                roles=_sorted(each.roles),
                difference=difference(each.roles, now, then),
            )
            for each in page.items
        ]
        return RolePreview(
            users_who_gain=sum(group.users for group in groups if group.difference.gains),
            users_who_lose=sum(group.users for group in groups if group.difference.losses),
            groups=_largest([group for group in groups if group.difference]),
            users=[each for each in people if each.difference],
            next=page.next,
        )


def _sorted(roles: Collection[RoleName]) -> tuple[RoleName, ...]:
    return tuple(sorted(roles))


def _largest(groups: list[AffectedGroup]) -> list[AffectedGroup]:
    return sorted(groups, key=lambda group: (-group.users, group.roles))[:MOST_GROUPS]
