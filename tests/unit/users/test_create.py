"""Making an account for another person."""

from dataclasses import replace

import pytest

from auth_adapters.memory import FOR_TESTS
from auth_core import EmailTaken, InvalidRoleName, Redacted, RegistrationMode, RoleNotFound, UserPolicy
from auth_core.audit.events import EventKind
from auth_core.ids import UserId
from auth_core.users.model import User
from tests.unit.core_in_memory import HERE, PASSWORD, Core


async def create(core: Core, *roles: str, email: str = "grace@example.org", actor: UserId | None = None) -> User:
    return await core.auth.users.create(
        email=email,
        password=Redacted(PASSWORD),
        first_name="Grace",
        last_name="Hopper",
        roles=roles,
        actor=actor,
        origin=HERE,
    )


async def test_who_is_created_holds_the_role_user_besides_those_given(core: Core) -> None:
    user = await create(core, "admin")

    profile = await core.auth.users.look_up(user_id=user.id)

    assert profile.principal.roles == ("admin", "user")
    assert profile.principal.permissions == ("*",)
    assert (await core.log_in(user)).user.id == user.id


async def test_the_event_names_who_did_it_and_the_roles_given(core: Core) -> None:
    admin = await create(core, "admin", email="ada@example.org")

    user = await create(core, "user", "admin", actor=admin.id)

    [event] = await core.events(user.id)
    assert (event.kind, event.actor, event.details) == (EventKind.USER_CREATED, admin.id, {"roles": "admin user"})


async def test_accounts_are_created_where_registration_is_closed() -> None:
    core = await Core.make(policies=replace(FOR_TESTS, users=UserPolicy(registration=RegistrationMode.CLOSED)))

    await create(core)


async def test_an_unknown_role_leaves_nothing_behind(core: Core) -> None:
    with pytest.raises(RoleNotFound):
        await create(core, "admin", "no-such-role")

    assert core.store.committed.users == {}
    assert core.store.committed.passwords == {}
    assert core.store.committed.roles_held == {}
    await create(core, "admin")


async def test_what_cannot_name_a_role_is_refused_before_anything_is_hashed(core: Core) -> None:
    with pytest.raises(InvalidRoleName):
        await create(core, "Admin; DROP TABLE")

    assert core.hasher.hashes == 0


async def test_a_taken_address_is_refused(core: Core) -> None:
    await create(core)

    with pytest.raises(EmailTaken):
        await create(core, email="GRACE@example.org")
