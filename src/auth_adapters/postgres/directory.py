"""Everybody, to be looked through, in PostgreSQL.

Every page takes a bounded number of rows, by indexes, whatever is asked for. Few who fit one of the conditions are
gathered: the other conditions are looked at row by row, and who is left is put in order. Where more fit each of them,
the order is walked along its index from the place asked for, and who fits is picked out, up to so many rows. A search
is a range in the order of bytes, never a pattern: so it knows no wildcards, and a plan that serves all searches.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Label,
    Row,
    Select,
    Subquery,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY

from auth_adapters.postgres.access import ASSIGNMENTS
from auth_adapters.postgres.statements import InTransaction
from auth_adapters.postgres.users import USER_COLUMNS, USERS, user_in
from auth_core.access.model import RoleName
from auth_core.ids import UserId
from auth_core.users.directory import MOST_COUNTED, Found, ListedUser, UserFilter, UserPlace, UserSort
from auth_core.users.model import UserStatus

MOST_LOOKED_AT: Final = 10_000
"""How many rows a walk looks at for one page."""

_ENOUGH: Final[ColumnElement[int]] = literal_column(str(MOST_COUNTED + 1))
_ABOVE_ALL: Final = "\U0010ffff"
"""No text of ours has it: it stands behind everything that begins alike."""

_KEYS: Final = {
    "created_at": ("created_at",),
    "email": ("email_canonical",),
    "name": ("last_name_key", "first_name_key"),
}
_SEARCHED: Final = ("email_canonical", "last_name_key", "first_name_key")
_COLUMNS: Final = (*USER_COLUMNS, USERS.c.email_canonical, USERS.c.last_name_key, USERS.c.first_name_key)


def _order(source: FromClause, sort: UserSort) -> list[ColumnElement[Any]]:
    columns: list[ColumnElement[Any]] = [source.c[name] for name in _KEYS[sort.by]]
    # An address is nobody else's: with the id besides, its index would not be in this order.
    return columns if sort.by == "email" else [*columns, source.c.id]


def _turned(columns: list[ColumnElement[Any]], sort: UserSort) -> list[ColumnElement[Any]]:
    return [each.desc() for each in columns] if sort.descending else columns


def _follows(source: FromClause, sort: UserSort) -> ColumnElement[bool]:
    columns = _order(source, sort)
    here = tuple_(*columns)
    place = tuple_(*(bindparam(f"after_{each.key}", type_=each.type) for each in columns))
    return place > here if sort.descending else place < here


def _begins(column: ColumnElement[str]) -> ColumnElement[bool]:
    return and_(column >= bindparam("begins", type_=Text), column < bindparam("ends", type_=Text))


def _is_of(status: UserStatus, source: FromClause) -> list[ColumnElement[bool]]:
    """Return the conditions of a status as it is stored: a deleted user is a disabled one with a date."""
    stored = source.c.status == bindparam("status", type_=Text)
    match status:
        case UserStatus.ACTIVE:
            return [stored]
        case UserStatus.DISABLED:
            return [stored, source.c.deleted_at.is_(None)]
        case UserStatus.DELETED:
            return [stored, source.c.deleted_at.is_not(None)]


def _fits(source: FromClause, which: UserFilter) -> list[ColumnElement[bool]]:
    """Return the conditions as they are put to a row."""
    conditions: list[ColumnElement[bool]] = []
    if which.status is not None:
        conditions += _is_of(which.status, source)
    if which.begins is not None:
        conditions.append(or_(*(_begins(source.c[name]) for name in _SEARCHED)))
    if which.role is not None:
        held = select(true()).where(ASSIGNMENTS.c.user_id == source.c.id, ASSIGNMENTS.c.role == bindparam("role"))
        # As a value and not as EXISTS: it is looked up for each row, and the table is not read for all of them.
        conditions.append(held.correlate(source).scalar_subquery().is_not(None))
    return conditions


def _few(which: UserFilter) -> dict[str, Select[Any] | CompoundSelect[Any]]:
    """Return for each condition the ids of those who fit it, of at most one more than are counted."""
    found: dict[str, Select[Any] | CompoundSelect[Any]] = {}
    if which.begins is not None:
        found["begins"] = union(
            *(
                select(USERS.c.id)
                .where(_begins(USERS.c[name]))
                .order_by(USERS.c[name])
                .limit(_ENOUGH)
                .subquery()
                .select()
                for name in _SEARCHED
            )
        )
    if which.role is not None:
        theirs = select(ASSIGNMENTS.c.user_id.label("id")).where(ASSIGNMENTS.c.role == bindparam("role"))
        found["role"] = theirs.order_by(ASSIGNMENTS.c.user_id).limit(_ENOUGH)
    if which.status is not None:
        of_status = select(USERS.c.id).where(*_is_of(which.status, USERS))
        found["status"] = of_status.order_by(USERS.c.id).limit(_ENOUGH)
    if not found:
        found["everybody"] = select(USERS.c.id).order_by(USERS.c.id).limit(_ENOUGH)
    return found


def sizes_of(which: UserFilter) -> Select[*tuple[Any, ...]]:
    """Build the question how many fit each condition, of at most one more than are counted."""
    sizes = {name: _count(ids.subquery()) for name, ids in _few(which).items()}
    if which.begins is not None:
        # Who is found by two of them counts once, so ids have to be compared; where one alone has too many, they need
        # not be, and the index is enough.
        alone = [select(USERS.c[name]).where(_begins(USERS.c[name])).order_by(USERS.c[name]) for name in _SEARCHED]
        too_many = [_count(each.limit(_ENOUGH).subquery()) >= _ENOUGH for each in alone]
        sizes["begins"] = case((or_(*too_many), _ENOUGH), else_=sizes["begins"])
    return select(*(size.label(name) for name, size in sizes.items()))


def _count(found: FromClause) -> ColumnElement[int]:
    return select(func.count()).select_from(found).scalar_subquery()


def _gathered(which: UserFilter, by: str) -> tuple[Subquery, list[ColumnElement[bool]]]:
    few = _few(which)[by].subquery("few")
    # LIMIT makes this a look-up by the primary key for each of the few, whatever the server thinks of joining.
    each = select(*_COLUMNS).where(USERS.c.id == few.c.id).limit(literal_column("1")).lateral("each")
    everyone = select(each).select_from(few.join(each, true())).subquery("gathered")
    others = {
        "begins": UserFilter(role=which.role, status=which.status),
        "role": UserFilter(begins=which.begins, status=which.status),
        "status": UserFilter(begins=which.begins, role=which.role),
    }
    return everyone, _fits(everyone, others[by])


def count_of(which: UserFilter, by: str) -> Select[*tuple[Any, ...]]:
    """Build the question how many fit, of the few who fit `by`."""
    everyone, conditions = _gathered(which, by)
    return select(func.count().label("total")).select_from(everyone).where(*conditions)


def gathering(which: UserFilter, by: str, *, sort: UserSort, after: bool) -> Select[*tuple[Any, ...]]:
    """Build a page from the few who fit `by`."""
    everyone, conditions = _gathered(which, by)
    if after:
        conditions.append(_follows(everyone, sort))
    page = select(everyone).where(*conditions).order_by(*_turned(_order(everyone, sort), sort))
    return _with_roles(page.limit(bindparam("rows")).subquery("page"), sort)


def walk(which: UserFilter, *, sort: UserSort, after: bool) -> Select[*tuple[Any, ...]]:
    """Build a page from the order itself, with the last row that was looked at."""
    order = _turned(_order(USERS, sort), sort)
    number = func.row_number().over(order_by=order).label("number")
    fits = and_(true(), *_fits(USERS, which)).label("fits")
    seen = select(*_COLUMNS, number, fits).order_by(*order).limit(literal_column(str(MOST_LOOKED_AT)))
    if after:
        seen = seen.where(_follows(USERS, sort))
    window = seen.subquery("seen")
    last = window.c.number == literal_column(str(MOST_LOOKED_AT))
    page = select(window).where(or_(window.c.fits, last)).order_by(*_turned(_order(window, sort), sort))
    return _with_roles(page.limit(bindparam("rows")).subquery("page"), sort)


def _with_roles(page: Subquery, sort: UserSort) -> Select[*tuple[Any, ...]]:
    return select(page, _held_by(page)).order_by(*_turned(_order(page, sort), sort))


def _held_by(source: FromClause) -> Label[Any]:
    theirs = select(ASSIGNMENTS.c.role).where(ASSIGNMENTS.c.user_id == source.c.id).correlate(source)
    return func.array(theirs.order_by(ASSIGNMENTS.c.role).scalar_subquery(), type_=ARRAY(Text)).label("held")


_FIND: Final = select(*USER_COLUMNS, _held_by(USERS)).where(USERS.c.id == bindparam("user_id", type_=Uuid))


def values_of(which: UserFilter, *, sort: UserSort, after: UserPlace | None) -> dict[str, object]:
    """Return what the questions have places for."""
    values: dict[str, object] = {}
    if which.begins is not None:
        values |= {"begins": which.begins, "ends": which.begins + _ABOVE_ALL}
    if which.role is not None:
        values["role"] = which.role
    if which.status is not None:
        values["status"] = (UserStatus.DISABLED if which.status is UserStatus.DELETED else which.status).value
    if after is not None:
        values |= {f"after_{name}": part for name, part in zip(_KEYS[sort.by], after.key, strict=True)}
        if sort.by != "email":
            values["after_id"] = after.id
    return values


class PostgresUserDirectory:
    """Everybody who has an account."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def find(self, user_id: UserId) -> ListedUser | None:
        found = await self._statements.run(_FIND, user_id=user_id)
        return None if found.row is None else _listed(found.row)

    async def page(self, which: UserFilter, *, sort: UserSort, after: UserPlace | None, limit: int) -> Found:
        values = values_of(which, sort=sort, after=None)
        sizes = (await self._statements.run(sizes_of(which), **values)).rows[0]
        size, smallest = min(zip(map(int, sizes), _few(which), strict=True))
        total = size if size <= MOST_COUNTED else None
        gather = total is not None and smallest != "everybody"
        if gather and len(sizes) > 1:
            total = (await self._statements.run(count_of(which, smallest), **values)).rows[0].total

        question = (
            gathering(which, smallest, sort=sort, after=after is not None)
            if gather
            else walk(which, sort=sort, after=after is not None)
        )
        # One row more than asked for tells whether there is a next page.
        found = await self._statements.run(question, rows=limit + 1, **values_of(which, sort=sort, after=after))
        fitting = [row for row in found.rows if gather or row.fits]
        shown = [_listed(row) for row in fitting[:limit]]
        if len(fitting) > limit:
            following = _place(fitting[limit - 1], sort)
        elif not gather and found.rows and found.rows[-1].number == MOST_LOOKED_AT:
            following = _place(found.rows[-1], sort)
        else:
            following = None
        return Found(items=shown, next=following, total=total)


def _place(row: Row[Any], sort: UserSort) -> UserPlace:
    key: tuple[datetime | str, ...] = tuple(getattr(row, name) for name in _KEYS[sort.by])
    return UserPlace(key=key, id=UserId(row.id))


def _listed(row: Row[Any]) -> ListedUser:
    return ListedUser(user=user_in(row), roles=tuple(map(RoleName, row.held)))
