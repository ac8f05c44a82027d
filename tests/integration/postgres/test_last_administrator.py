"""However many administrators resign at once, and in whichever way, one of them stays."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.postgres import Database
from auth_core import AuthCore, LastAdministrator, Origin, Redacted
from auth_core.ids import UserId
from auth_core.testing import MovableClock
from tests.integration.databases import Databases
from tests.integration.postgres.person import auth_over, registered
from tests.integration.postgres.questions import rows, scalar

ROUNDS = 6

type Way = Callable[[AuthCore, UserId], Awaitable[object]]


@pytest.fixture(scope="module")
async def address(databases: Databases) -> Redacted[str]:
    return await databases.migrated()


@pytest.fixture
async def other_process(address: Redacted[str], clock: MovableClock) -> AsyncGenerator[AuthCore]:
    database = Database(address)
    yield await auth_over(database, clock)
    await database.close()


async def disable(auth: AuthCore, user_id: UserId) -> None:
    await auth.users.disable(user_id=user_id, actor=None, origin=Origin())


async def delete(auth: AuthCore, user_id: UserId) -> None:
    await auth.users.delete(user_id=user_id, actor=None, origin=Origin())


async def demote(auth: AuthCore, user_id: UserId) -> None:
    await auth.users.change_roles(user_id=user_id, remove=["admin"], actor=None, origin=Origin())


async def demote_themselves(auth: AuthCore, user_id: UserId) -> None:
    await auth.users.change_roles(user_id=user_id, remove=["admin"], actor=user_id, origin=Origin())


async def only_administrators(auth: AuthCore, operator: AsyncEngine, count: int) -> list[UserId]:
    await rows(operator, "DELETE FROM auth.role_assignments WHERE role = 'admin'")
    people = [(await registered(auth)).id for _ in range(count)]
    for user_id in people:
        await auth.users.change_roles(user_id=user_id, add=["admin"], actor=None, origin=Origin())
    return people


async def active_administrators(operator: AsyncEngine) -> int:
    return int(
        await scalar(
            operator,
            "SELECT count(*) FROM auth.role_assignments JOIN auth.users ON id = user_id "
            "WHERE role = 'admin' AND status = 'active'",
        )
    )


@pytest.mark.covers("AUZ-04")
@pytest.mark.parametrize("first", [disable, delete, demote, demote_themselves])
@pytest.mark.parametrize("second", [disable, delete, demote, demote_themselves])
async def test_of_two_who_go_at_once_one_is_refused(
    auth: AuthCore, other_process: AuthCore, operator: AsyncEngine, first: Way, second: Way
) -> None:
    for _ in range(ROUNDS):
        one, other = await only_administrators(auth, operator, 2)

        outcomes = await asyncio.gather(first(auth, one), second(other_process, other), return_exceptions=True)

        assert [type(outcome) for outcome in outcomes if outcome is not None] == [LastAdministrator]
        assert await active_administrators(operator) == 1


@pytest.mark.covers("AUZ-04")
async def test_each_demoting_the_other_leaves_one(
    auth: AuthCore, other_process: AuthCore, operator: AsyncEngine
) -> None:
    for _ in range(ROUNDS):
        one, other = await only_administrators(auth, operator, 2)

        await asyncio.gather(
            auth.users.change_roles(user_id=one, remove=["admin"], actor=other, origin=Origin()),
            other_process.users.change_roles(user_id=other, remove=["admin"], actor=one, origin=Origin()),
            return_exceptions=True,
        )

        assert await active_administrators(operator) == 1


@pytest.mark.covers("AUZ-04")
async def test_of_a_whole_crowd_one_stays(auth: AuthCore, other_process: AuthCore, operator: AsyncEngine) -> None:
    ways: list[Way] = [disable, delete, demote, demote_themselves]
    people = await only_administrators(auth, operator, 12)

    outcomes = await asyncio.gather(
        *(ways[number % 4](auth if number % 2 else other_process, user_id) for number, user_id in enumerate(people)),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in outcomes if outcome is not None] == [LastAdministrator]
    assert await active_administrators(operator) == 1


@pytest.mark.covers("AUZ-04")
async def test_whoever_becomes_one_while_the_last_one_goes_is_counted_or_refused(
    auth: AuthCore, other_process: AuthCore, operator: AsyncEngine
) -> None:
    for _ in range(ROUNDS):
        [last] = await only_administrators(auth, operator, 1)
        heir = (await registered(auth)).id

        await asyncio.gather(
            auth.users.change_roles(user_id=heir, add=["admin"], actor=None, origin=Origin()),
            disable(other_process, heir),
            demote(other_process, last),
            return_exceptions=True,
        )

        assert await active_administrators(operator) >= 1
