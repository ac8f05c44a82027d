"""Roles changed, given and deleted at once: there is no circle, nothing dangles, and no right stays that was taken."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.postgres import Database, PostgresPorts
from auth_core import AuthCore, ChangedMeanwhile, Origin, Redacted, RevokedToken, RoleCycle, RoleInUse, RoleNotFound
from auth_core.access.model import Role
from auth_core.sessions.model import TokenPair
from auth_core.testing import MovableClock, a_role, claims_of
from auth_core.users.role_changes import tag_of_roles
from tests.integration.postgres.person import Person, auth_over, registered, signed_in
from tests.integration.postgres.questions import rows

ROUNDS = 8


@pytest.fixture
async def other_process(address: Redacted[str], clock: MovableClock) -> AsyncGenerator[AuthCore]:
    database = Database(address)
    yield await auth_over(database, clock)
    await database.close()


async def define(auth: AuthCore, name: str, *permissions: str, parents: tuple[str, ...] = ()) -> Role:
    return await auth.access.define_role(
        name=name, permissions=permissions, parents=parents, actor=None, origin=Origin()
    )


async def give(auth: AuthCore, person: Person, role: str) -> None:
    await auth.users.change_roles(user_id=person.id, add=[role], actor=None, origin=Origin())


async def new_roles(auth: AuthCore, count: int, *permissions: str) -> list[str]:
    return [(await define(auth, a_role().name, *permissions)).name for _ in range(count)]


@pytest.mark.covers("AUZ-05")
async def test_of_two_edges_that_only_together_form_a_circle_one_is_refused(
    auth: AuthCore, other_process: AuthCore
) -> None:
    for _ in range(ROUNDS):
        one, other = await new_roles(auth, 2)

        outcomes = await asyncio.gather(
            define(auth, one, parents=(other,)), define(other_process, other, parents=(one,)), return_exceptions=True
        )

        assert {type(outcome) for outcome in outcomes} == {Role, RoleCycle}


@pytest.mark.covers("AUZ-05")
async def test_of_the_edges_of_a_long_circle_all_but_one_come_about_and_rights_are_exact(
    auth: AuthCore, other_process: AuthCore
) -> None:
    names = await new_roles(auth, 10)
    edges = [(name, names[number - 1]) for number, name in enumerate(names)]

    outcomes = await asyncio.gather(
        *(
            define(other_process if number % 2 else auth, name, f"a:p{number}", parents=(parent,))
            for number, (name, parent) in enumerate(edges)
        ),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in outcomes].count(RoleCycle) == 1
    roles = {role.name: role for role in await auth.access.list_roles()}
    for role in roles.values():
        assert role.inherited == {each for parent in role.parents for each in roles[parent].allows}


async def test_a_role_that_is_given_and_deleted_at_once_is_one_of_both(
    auth: AuthCore, other_process: AuthCore, operator: AsyncEngine
) -> None:
    person = await registered(auth)
    for _ in range(ROUNDS):
        [role] = await new_roles(auth, 1)

        given, deleted = await asyncio.gather(
            give(auth, person, role),
            other_process.access.delete_role(name=role, actor=None, origin=Origin()),
            return_exceptions=True,
        )

        assert (type(given), type(deleted)) in {(type(None), RoleInUse), (RoleNotFound, type(None))}
        held = await rows(operator, "SELECT role FROM auth.role_assignments WHERE role = :role", role=role)
        assert len(held) == (0 if deleted is None else 1)


async def _refresh_until(stop: asyncio.Event, person: Person, seen: list[TokenPair]) -> None:
    while not stop.is_set():
        seen.append(await person.refresh())


async def _take_from_the_role(auth: AuthCore, _: Person, role: str) -> None:
    await define(auth, role, "reports:read")


async def _take_from_the_parent(auth: AuthCore, _: Person, role: str) -> None:
    await define(auth, f"{role}-parent", "reports:read")


async def _take_the_role(auth: AuthCore, person: Person, role: str) -> None:
    await auth.users.change_roles(user_id=person.id, remove=[role], actor=None, origin=Origin())


@pytest.mark.covers("AUZ-09", "JWT-20")
@pytest.mark.parametrize("take", [_take_from_the_role, _take_from_the_parent, _take_the_role])
async def test_no_token_with_the_old_rights_counts_once_the_change_is_acknowledged(
    auth: AuthCore, storage: PostgresPorts, take: Callable[[AuthCore, Person, str], Awaitable[None]]
) -> None:
    for _ in range(ROUNDS):
        person, role = await signed_in(auth), a_role().name
        await define(auth, f"{role}-parent", "invoices:write")
        own = ("invoices:write",) if take is _take_from_the_role else ()
        await define(auth, role, *own, parents=() if own else (f"{role}-parent",))
        await give(auth, person, role)
        seen: list[TokenPair] = []
        stop = asyncio.Event()
        refreshing = asyncio.create_task(_refresh_until(stop, person, seen))
        while len(seen) < 2:
            await asyncio.sleep(0)

        await take(auth, person, role)

        acknowledged = list(seen)
        stop.set()
        await refreshing
        for pair in [*acknowledged, *seen]:
            if pair.principal.may("invoices:write"):
                assert not await storage.access_check.stands(claims_of(pair.principal, pair.session.id))
                with pytest.raises(RevokedToken):
                    await auth.tokens.verify_access_token(token=pair.access_token.reveal())
        last = await person.refresh()
        assert not last.principal.may("invoices:write")
        await auth.tokens.verify_access_token(token=last.access_token.reveal())


async def test_of_many_who_have_seen_the_same_role_one_changes_it(auth: AuthCore, other_process: AuthCore) -> None:
    role = await define(auth, a_role().name, "a:a")

    outcomes = await asyncio.gather(
        *(
            core.access.define_role(
                name=role.name, permissions=[f"a:p{number}"], seen=[role.tag], actor=None, origin=Origin()
            )
            for number, core in enumerate([auth, other_process] * 5)
        ),
        return_exceptions=True,
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ChangedMeanwhile"] * 9 + ["Role"]


async def test_of_many_who_have_seen_the_same_roles_of_a_user_one_sets_them(
    auth: AuthCore, other_process: AuthCore
) -> None:
    person, names = await registered(auth), await new_roles(auth, 10)
    held = await auth.users.list_roles(user_id=person.id)
    seen = [tag_of_roles(each.role for each in held)]

    outcomes = await asyncio.gather(
        *(
            core.users.set_roles(user_id=person.id, roles=[name], seen=seen, actor=None, origin=Origin())
            for name, core in zip(names, [auth, other_process] * 5, strict=True)
        ),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in outcomes].count(ChangedMeanwhile) == 9
