"""Who holds which roles, in PostgreSQL: in numbers and one by one."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import CTE, Label, Select, Subquery, Text, Uuid, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from auth_adapters.postgres.access import ASSIGNMENTS, assignment_in
from auth_adapters.postgres.statements import InTransaction
from auth_adapters.postgres.users import USERS
from auth_core.access.model import Assignment, RoleName
from auth_core.access.ports import Holder
from auth_core.ids import UserId
from auth_core.page import Page

_ONE_OF: Final = ASSIGNMENTS.c.role == any_(bindparam("roles", type_=ARRAY(Text)))
_HELD_BY: Final = select(ASSIGNMENTS).where(ASSIGNMENTS.c.user_id == bindparam("user_id")).order_by(ASSIGNMENTS.c.role)
_HOLDERS: Final = select(ASSIGNMENTS.c.user_id).where(_ONE_OF).distinct()


def _held_by(holders: CTE | Subquery) -> Label[Any]:
    """Return a column with all that the user holds in whose row it stands: looked up by the primary key."""
    theirs = select(ASSIGNMENTS.c.role).where(ASSIGNMENTS.c.user_id == holders.c.user_id).correlate(holders)
    return func.array(theirs.order_by(ASSIGNMENTS.c.role).scalar_subquery(), type_=ARRAY(Text)).label("held")


def _combinations() -> Select[*tuple[Any, ...]]:
    holders = _HOLDERS.subquery("holders")
    each = select(_held_by(holders)).select_from(holders).subquery("each")
    return select(each.c.held, func.count().label("users")).group_by(each.c.held)


def _page(*, after: bool) -> Select[*tuple[Any, ...]]:
    """Build a page: first whose it is, by the index on role and user, and then what they hold."""
    theirs = _HOLDERS.where(ASSIGNMENTS.c.user_id > bindparam("after", type_=Uuid)) if after else _HOLDERS
    page = theirs.order_by(ASSIGNMENTS.c.user_id).limit(bindparam("rows")).cte("page")
    return (
        select(page.c.user_id, USERS.c.email, _held_by(page))
        .join_from(page, USERS, USERS.c.id == page.c.user_id)
        .order_by(page.c.user_id)
    )


_COMBINATIONS: Final = _combinations()
_FIRST_PAGE: Final = _page(after=False)
_NEXT_PAGE: Final = _page(after=True)


class PostgresRoleHolders:
    """Who holds which roles."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def held_by(self, user_id: UserId) -> Sequence[Assignment]:
        found = await self._statements.run(_HELD_BY, user_id=user_id)
        return [assignment_in(row) for row in found.rows]

    async def combinations(self, roles: Collection[RoleName]) -> Mapping[frozenset[RoleName], int]:
        found = await self._statements.run(_COMBINATIONS, roles=list(roles))
        return {frozenset(map(RoleName, row.held)): int(row.users) for row in found.rows}

    async def page(self, roles: Collection[RoleName], *, after: UserId | None, limit: int) -> Page[Holder, UserId]:
        # One row more than asked for tells whether there is a next page.
        if after is None:
            found = await self._statements.run(_FIRST_PAGE, roles=list(roles), rows=limit + 1)
        else:
            found = await self._statements.run(_NEXT_PAGE, roles=list(roles), rows=limit + 1, after=after)
        holders = [
            Holder(user_id=UserId(row.user_id), email=row.email, roles=frozenset(map(RoleName, row.held)))
            for row in found.rows[:limit]
        ]
        return Page(items=holders, next=holders[-1].user_id if len(found.rows) > limit else None)
