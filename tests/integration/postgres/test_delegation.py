"""Rights are judged as they are once a change has its turn, not as they were when it was asked for."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from auth_adapters.postgres import Database
from auth_core import AuthCore, BeyondYourRights, Origin, Redacted, RoleCycle
from auth_core.access.model import Role
from auth_core.ids import UserId
from auth_core.testing import MovableClock, a_role
from tests.integration.postgres.person import Person, auth_over, registered
from tests.integration.postgres.questions import rows, scalar

type Touch = Callable[[AuthCore, UserId, UserId], Coroutine[object, object, None]]

_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0"


@pytest.fixture
async def other_process(address: Redacted[str], clock: MovableClock) -> AsyncGenerator[AuthCore]:
    database = Database(address)
    yield await auth_over(database, clock)
    await database.close()


@pytest.fixture
async def somebody_else(address: Redacted[str]) -> AsyncGenerator[AsyncEngine]:
    """Who keeps a transaction open."""
    engine = create_async_engine(address.reveal())
    yield engine
    await engine.dispose()


async def holder_of(auth: AuthCore, *permissions: str) -> Person:
    person, role = await registered(auth), await define(auth, a_role().name, *permissions)
    await auth.users.change_roles(user_id=person.id, add=[role.name], actor=None, origin=Origin())
    return person


async def define(
    auth: AuthCore, name: str, *permissions: str, parents: tuple[str, ...] = (), actor: UserId | None = None
) -> Role:
    return await auth.access.define_role(
        name=name, permissions=permissions, parents=parents, actor=actor, origin=Origin()
    )


async def disable(auth: AuthCore, user: UserId, actor: UserId) -> None:
    await auth.users.disable(user_id=user, actor=actor, origin=Origin())


async def take_roles(auth: AuthCore, user: UserId, actor: UserId) -> None:
    await auth.users.change_roles(user_id=user, remove=["user"], actor=actor, origin=Origin())


async def set_roles(auth: AuthCore, user: UserId, actor: UserId) -> None:
    await auth.users.set_roles(user_id=user, roles=["user"], actor=actor, origin=Origin())


async def until_somebody_waits(operator: AsyncEngine) -> None:
    async with asyncio.timeout(10):
        while not await scalar(operator, _WAITING):
            await asyncio.sleep(0.005)


@pytest.mark.covers("AUZ-06")
@pytest.mark.parametrize("touch", [disable, take_roles, set_roles])
async def test_whoever_comes_to_more_rights_while_somebody_waits_is_not_touched(
    auth: AuthCore, operator: AsyncEngine, somebody_else: AsyncEngine, touch: Touch
) -> None:
    helpdesk, user = await holder_of(auth, "users:write"), await registered(auth)
    async with somebody_else.begin() as raising:
        await raising.execute(text("SELECT FROM auth.users WHERE id = :id FOR NO KEY UPDATE"), {"id": user.id})
        await raising.execute(
            text("INSERT INTO auth.role_assignments (user_id, role, assigned_at) VALUES (:id, 'admin', now())"),
            {"id": user.id},
        )
        touching = asyncio.create_task(touch(auth, user.id, helpdesk.id))
        await until_somebody_waits(operator)

    with pytest.raises(BeyondYourRights):
        await touching

    held = await rows(operator, "SELECT role FROM auth.role_assignments WHERE user_id = :id ORDER BY 1", id=user.id)
    assert [each.role for each in held] == ["admin", "user"]
    assert await scalar(operator, "SELECT status FROM auth.users WHERE id = :id", id=user.id) == "active"


@pytest.mark.covers("AUZ-06")
async def test_a_role_that_comes_to_allow_more_while_somebody_waits_is_not_changed(
    auth: AuthCore, operator: AsyncEngine, somebody_else: AsyncEngine
) -> None:
    editor, role = await holder_of(auth, "roles:write", "reports:read"), await define(auth, a_role().name)
    async with somebody_else.begin() as widening:
        await widening.execute(text("UPDATE auth.roles_version SET version = version + 1"))
        await widening.execute(
            text("UPDATE auth.roles SET permissions = '{invoices:approve}' WHERE name = :name"), {"name": role.name}
        )
        changing = asyncio.create_task(define(auth, role.name, "reports:read", actor=editor.id))
        await until_somebody_waits(operator)

    with pytest.raises(BeyondYourRights):
        await changing

    allows = await scalar(operator, "SELECT permissions FROM auth.roles WHERE name = :name", name=role.name)
    assert allows == ["invoices:approve"]


@pytest.mark.covers("AUZ-06", "AUZ-09")
async def test_a_right_that_was_taken_in_one_process_gives_nothing_in_another(
    auth: AuthCore, other_process: AuthCore
) -> None:
    actor = await holder_of(auth, "roles:assign", "reports:read")
    reader = await define(auth, a_role().name, "reports:read")

    async def give() -> None:
        user = await registered(auth)
        await other_process.users.change_roles(user_id=user.id, add=[reader.name], actor=actor.id, origin=Origin())

    await give()
    await auth.users.set_roles(user_id=actor.id, roles=["user"], actor=None, origin=Origin())

    with pytest.raises(BeyondYourRights):
        await give()


@pytest.mark.covers("AUZ-05")
async def test_a_thousand_roles_above_each_other_are_changed_at_once_and_closed_to_no_circle(
    auth: AuthCore, operator: AsyncEngine
) -> None:
    names = [f"deep-{number:03}" for number in range(1000)]
    await rows(
        operator,
        "INSERT INTO auth.roles (name, description, permissions, parents, inherited, version, system)"
        " SELECT 'deep-' || lpad(n::text, 3, '0'), '', '{}',"
        " CASE WHEN n = 0 THEN '{}' ELSE ARRAY['deep-' || lpad((n - 1)::text, 3, '0')] END, '{}', 0, false"
        " FROM generate_series(0, 999) n",
    )

    top = await define(auth, names[0], "reports:read")
    with pytest.raises(RoleCycle):
        await define(auth, names[0], "reports:read", parents=(names[-1],))

    below = await rows(
        operator, "SELECT DISTINCT inherited, version FROM auth.roles WHERE name > 'deep-000' AND name LIKE 'deep-%'"
    )
    assert [(each.inherited, each.version) for each in below] == [(["reports:read"], top.version)]
