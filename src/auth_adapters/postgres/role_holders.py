"""Who holds which roles, in PostgreSQL: in numbers and one by one."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import CTE, Label, Select, Subquery, Text, Uuid, any_, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from auth_adapters.postgres.access import ASSIGNMENTS, assignment_in
from auth_adapters.postgres.statements import InTransaction
from auth_adapters.postgres.users import USERS
from auth_core.access.model import Assignment, RoleName
from auth_core.access.ports import Holder
from auth_core.ids import UserId
from auth_core.page import Page

_MOST_JOINS: Final = 8

_ONE_OF: Final = ASSIGNMENTS.c.role == any_(bindparam("roles", type_=ARRAY(Text)))
_HELD_BY: Final = select(ASSIGNMENTS).where(ASSIGNMENTS.c.user_id == bindparam("user_id")).order_by(ASSIGNMENTS.c.role)
_HOLDERS: Final = select(ASSIGNMENTS.c.user_id).where(_ONE_OF).distinct()
# A role is held once by each, so that there is nobody to be told twice.
_HOLDERS_OF_ONE: Final = select(ASSIGNMENTS.c.user_id).where(ASSIGNMENTS.c.role == bindparam("role"))


def _held_by(holders: CTE | Subquery, *, telling: bool = False) -> Label[Any]:
    """Return a column with all that the user holds in whose row it stands: looked up by the primary key."""
    theirs = select(ASSIGNMENTS.c.role).where(ASSIGNMENTS.c.user_id == holders.c.user_id).correlate(holders)
    if telling:
        theirs = theirs.where(ASSIGNMENTS.c.role == any_(bindparam("telling", type_=ARRAY(Text))))
    return func.array(theirs.order_by(ASSIGNMENTS.c.role).scalar_subquery(), type_=ARRAY(Text)).label("held")


@lru_cache
def _counted(others: int, *, of_one: bool) -> Select[*tuple[Any, ...]]:
    """Build a count of holders by which of the others they hold too, each of which is joined by its index."""
    holders = (_HOLDERS_OF_ONE if of_one else _HOLDERS).subquery("holders")
    source: Any = holders
    held: list[Label[Any]] = []
    for number in range(others):
        other = ASSIGNMENTS.alias(f"other_{number}")
        is_theirs = (other.c.user_id == holders.c.user_id) & (other.c.role == bindparam(f"other_{number}"))
        source = source.outerjoin(other, is_theirs)
        held.append(other.c.user_id.is_not(None).label(f"holds_{number}"))
    return select(*held, func.count().label("users")).select_from(source).group_by(*held)


def _combinations() -> Select[*tuple[Any, ...]]:
    """Build the same count for any number of others."""
    role = ASSIGNMENTS.c.role
    told = role == any_(bindparam("telling", type_=ARRAY(Text)))
    held = func.array_agg(aggregate_order_by(role, role), type_=ARRAY(Text)).label("held")
    each = select(held).where(told).group_by(ASSIGNMENTS.c.user_id).having(func.bool_or(_ONE_OF)).subquery("each")
    return select(each.c.held, func.count().label("users")).group_by(each.c.held)


def _page(*, after: bool, having: bool = False) -> Select[*tuple[Any, ...]]:
    """Build a page: first whose it is, by the index on role and user, and then what they hold."""
    theirs = _HOLDERS.where(ASSIGNMENTS.c.user_id > bindparam("after", type_=Uuid)) if after else _HOLDERS
    if having:
        holders = theirs.subquery("holders")
        told = func.array_to_string(_held_by(holders, telling=True).element, literal_column("' '"))
        theirs = select(holders.c.user_id).where(told == any_(bindparam("having", type_=ARRAY(Text))))
        theirs = theirs.order_by(holders.c.user_id)
    else:
        theirs = theirs.order_by(ASSIGNMENTS.c.user_id)
    page = theirs.limit(bindparam("rows")).cte("page")
    return (
        select(page.c.user_id, USERS.c.email, _held_by(page))
        .join_from(page, USERS, USERS.c.id == page.c.user_id)
        .order_by(page.c.user_id)
    )


_COMBINATIONS: Final = _combinations()
_PAGES: Final = {
    (after, having): _page(after=after, having=having) for after in (False, True) for having in (False, True)
}


class PostgresRoleHolders:
    """Who holds which roles."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def held_by(self, user_id: UserId) -> Sequence[Assignment]:
        found = await self._statements.run(_HELD_BY, user_id=user_id)
        return [assignment_in(row) for row in found.rows]

    async def combinations(
        self, roles: Collection[RoleName], *, telling: Collection[RoleName]
    ) -> Mapping[frozenset[RoleName], int]:
        one = next(iter(roles)) if len(roles) == 1 else None
        others = sorted(frozenset(telling) - {one})
        if len(others) > _MOST_JOINS:
            found = await self._statements.run(_COMBINATIONS, roles=list(roles), telling=list(telling))
            return {frozenset(map(RoleName, row.held)): int(row.users) for row in found.rows}
        named: dict[str, object] = {f"other_{number}": role for number, role in enumerate(others)}
        whose: dict[str, object] = {"roles": list(roles)} if one is None else {"role": one}
        found = await self._statements.run(_counted(len(others), of_one=one is not None), **named, **whose)
        always = frozenset[RoleName]() if one is None else frozenset({one})
        counted: dict[frozenset[RoleName], int] = {}
        for row in found.rows:
            if row.users:  # without others there is one row, also about nobody
                held = (role for role, is_held in zip(others, row[: len(others)], strict=True) if is_held)
                counted[always.union(held)] = int(row.users)
        return counted

    async def page(
        self,
        roles: Collection[RoleName],
        *,
        telling: Collection[RoleName] = (),
        having: Collection[frozenset[RoleName]] | None = None,
        after: UserId | None,
        limit: int,
    ) -> Page[Holder, UserId]:
        # One row more than asked for tells whether there is a next page.
        values: dict[str, object] = {"roles": list(roles), "rows": limit + 1}
        if after is not None:
            values["after"] = after
        if having is not None:
            values |= {"telling": list(telling), "having": [" ".join(sorted(each)) for each in having]}
        found = await self._statements.run(_PAGES[after is not None, having is not None], **values)
        holders = [
            Holder(user_id=UserId(row.user_id), email=row.email, roles=frozenset(map(RoleName, row.held)))
            for row in found.rows[:limit]
        ]
        return Page(items=holders, next=holders[-1].user_id if len(found.rows) > limit else None)
