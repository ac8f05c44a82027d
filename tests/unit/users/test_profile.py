"""Reading and changing how a person is called."""

import asyncio
from uuid import uuid4

import pytest

from auth_core import InvalidEmail, Rejected, UserNotFound
from auth_core.audit.events import EventKind
from auth_core.ids import UserId
from tests.unit.core_in_memory import HERE, HOUR, Core


async def test_what_is_given_changes_and_the_rest_stays(core: Core) -> None:
    user = await core.register()
    later = core.clock.advance(HOUR)

    profile = await core.auth.users.update_profile(user_id=user.id, first_name=" Augusta ", origin=HERE)

    assert (profile.user.first_name, profile.user.last_name) == ("Augusta", "Lovelace")
    assert (profile.user.created_at, profile.user.updated_at) == (user.created_at, later)
    assert await core.auth.users.look_up(user_id=user.id) == profile


async def test_the_event_tells_what_was_changed_and_not_to_what(core: Core) -> None:
    user = await core.register()

    await core.auth.users.update_profile(user_id=user.id, first_name="Augusta", last_name="King", origin=HERE)

    event = (await core.events(user.id))[-1]
    assert (event.kind, event.actor) == (EventKind.USER_UPDATED, user.id)
    assert event.details == {"fields": "first_name last_name"}


async def test_changing_nothing_leaves_no_trace(core: Core) -> None:
    user = await core.register()
    core.clock.advance(HOUR)
    events = await core.events(user.id)

    profile = await core.auth.users.update_profile(user_id=user.id, origin=HERE)

    assert profile.user == user
    assert await core.events(user.id) == events


async def test_the_names_somebody_has_already_leave_no_trace_either(core: Core) -> None:
    user = await core.register()
    changed = await core.auth.users.update_profile(user_id=user.id, first_name="Augusta", origin=HERE)
    core.clock.advance(HOUR)
    events = await core.events(user.id)

    again = await core.auth.users.update_profile(
        user_id=user.id, first_name="Augusta", last_name="Lovelace", origin=HERE
    )

    assert again == changed
    assert await core.events(user.id) == events


async def test_everything_that_is_wrong_is_told_at_once_and_nothing_changes(core: Core) -> None:
    user = await core.register()

    with pytest.raises(Rejected) as caught:
        await core.auth.users.update_profile(user_id=user.id, first_name="", last_name="x" * 101, origin=HERE)

    assert [fault.field for fault in caught.value.faults] == ["first_name", "last_name"]
    assert (await core.auth.users.look_up(user_id=user.id)).user == user


async def test_two_changes_at_once_do_not_undo_each_other(core: Core) -> None:
    user = await core.register()

    await asyncio.gather(
        core.auth.users.update_profile(user_id=user.id, first_name="Augusta", origin=HERE),
        core.auth.users.update_profile(user_id=user.id, last_name="King", origin=HERE),
    )

    changed = (await core.auth.users.look_up(user_id=user.id)).user
    assert (changed.first_name, changed.last_name) == ("Augusta", "King")


async def test_nobody_and_the_disabled_have_no_profile(core: Core) -> None:
    disabled = await core.register()
    await core.disable(disabled)

    for user_id in (disabled.id, UserId(uuid4())):
        with pytest.raises(UserNotFound):
            await core.auth.users.look_up(user_id=user_id)
        with pytest.raises(UserNotFound):
            await core.auth.users.update_profile(user_id=user_id, first_name="Augusta", origin=HERE)

    assert core.store.committed.users[disabled.id].first_name == "Ada"


async def test_operators_find_people_by_any_spelling_of_their_address(core: Core) -> None:
    user = await core.register("Ada@example.org")
    await core.disable(user)

    found = await core.auth.users.look_up_by_email(email=" ADA@EXAMPLE.ORG ")

    assert found.id == user.id
    with pytest.raises(UserNotFound):
        await core.auth.users.look_up_by_email(email="grace@example.org")
    with pytest.raises(InvalidEmail):
        await core.auth.users.look_up_by_email(email="grace")
