"""Making an account for oneself."""

import asyncio
from dataclasses import replace

import pytest

from auth_adapters.memory import FOR_TESTS
from auth_core import (
    Busy,
    EmailTaken,
    Redacted,
    RegistrationClosed,
    RegistrationMode,
    Rejected,
    UserPolicy,
    WeakPassword,
)
from auth_core.access.model import USER
from auth_core.audit.events import EventKind
from auth_core.users.model import User, UserStatus
from tests.unit.core_in_memory import HERE, PASSWORD, Core


async def test_a_new_user_is_active_and_holds_the_role_user(core: Core) -> None:
    user = await core.register("Ada@Example.org")

    profile = await core.auth.users.look_up(user_id=user.id)

    assert profile.user == user
    assert (user.email.address, user.status, user.last_login_at) == ("Ada@example.org", UserStatus.ACTIVE, None)
    assert user.created_at == user.updated_at == core.clock.now()
    assert profile.principal.roles == (USER.name,)
    assert profile.principal.permissions == ()


async def test_registering_is_recorded_once(core: Core) -> None:
    user = await core.register()

    [event] = await core.events(user.id)

    assert (event.kind, event.actor, event.origin) == (EventKind.USER_REGISTERED, user.id, HERE)


@pytest.mark.covers("REG-02", "REG-04")
async def test_an_address_is_taken_in_every_spelling(core: Core) -> None:
    first = await core.register("ada@example.org")

    for spelling in ("ada@example.org", "ADA@EXAMPLE.ORG", "  Ada@Example.org "):
        with pytest.raises(EmailTaken):
            await core.register(spelling)

    assert list(core.store.committed.users) == [first.id]
    assert await core.kinds_of_events(first.id) == [EventKind.USER_REGISTERED]


@pytest.mark.covers("REG-07")
async def test_of_many_who_register_an_address_at_once_one_gets_it(core: Core) -> None:
    outcomes = await asyncio.gather(*(core.register("ada@example.org") for _ in range(50)), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes if isinstance(outcome, User)] == [User]
    assert [type(outcome) for outcome in outcomes].count(EmailTaken) == 49
    assert len(core.store.committed.users) == len(core.store.committed.passwords) == 1


@pytest.mark.covers("REG-14")
async def test_a_taken_address_costs_the_hash_that_a_free_one_costs(core: Core) -> None:
    await core.register("ada@example.org")
    before = core.hasher.hashes

    with pytest.raises(EmailTaken):
        await core.register("ada@example.org")

    assert core.hasher.hashes == before + 1


async def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_hashed(core: Core) -> None:
    with pytest.raises(Rejected) as caught:
        await core.auth.users.register(
            email="nobody", password=Redacted("short"), first_name="", last_name="\n", origin=HERE
        )

    assert {(fault.field, fault.code) for fault in caught.value.faults} == {
        ("email", "invalid_email"),
        ("first_name", "invalid_name"),
        ("last_name", "invalid_name"),
        ("password", "too_short"),
    }
    assert not isinstance(caught.value, WeakPassword)
    assert core.hasher.hashes == 0


async def test_a_weak_password_alone_has_a_name_of_its_own(core: Core) -> None:
    with pytest.raises(WeakPassword) as caught:
        await core.register(password="too wee")

    assert [fault.code for fault in caught.value.faults] == ["too_short"]
    assert core.store.committed.users == {}


async def test_a_password_must_not_be_made_of_what_is_known_about_its_owner(core: Core) -> None:
    for personal in ("lovelace1", "AdaLovelace", "ada.lovelace", "LOVELACE!!"):
        with pytest.raises(WeakPassword) as caught:
            await core.register("ada.lovelace@example.org", personal)

        assert [fault.code for fault in caught.value.faults] == ["too_personal"]


async def test_the_password_shows_up_nowhere(core: Core) -> None:
    await core.register()

    with pytest.raises(Rejected) as caught:
        await core.auth.users.register(
            email="?", password=Redacted(PASSWORD), first_name="A", last_name="L", origin=HERE
        )

    assert PASSWORD not in f"{core.store.committed!r} {caught.value!r} {caught.value.faults!r}"


@pytest.mark.covers("REG-18")
async def test_where_registration_is_closed_nobody_registers_and_nothing_is_looked_at() -> None:
    closed = replace(FOR_TESTS, users=UserPolicy(registration=RegistrationMode.CLOSED))
    core = await Core.make(policies=closed)

    for email in ("ada@example.org", "not an address"):
        with pytest.raises(RegistrationClosed):
            await core.register(email)

    assert core.hasher.hashes == 0


async def test_nothing_is_kept_when_nobody_can_hash(core: Core) -> None:
    core.hasher.busy = True

    with pytest.raises(Busy):
        await core.register()

    assert core.store.committed.users == {}
