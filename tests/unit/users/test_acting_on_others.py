"""What one person may do to another: as far as their own rights go, and with what they have seen of them."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest

from auth_core import (
    BeyondYourRights,
    ChangedMeanwhile,
    LastAdministrator,
    PasswordChangeRequired,
    Redacted,
    RevokedToken,
    SessionNotFound,
    UserDeleted,
    UserNotFound,
)
from auth_core.audit.events import EventKind, Outcome
from auth_core.ids import SessionId, UserId
from auth_core.login.model import LoggedIn
from auth_core.users.model import User, UserStatus
from tests.unit.core_in_memory import HERE, PASSWORD, Core

type Act = Callable[[Core, UserId, UserId | None], Awaitable[object]]

SET: dict[str, Act] = {
    "update": lambda core, who, actor: core.auth.users.update(
        user_id=who, email="taken.over@example.org", actor=actor, origin=HERE
    ),
    "disable": lambda core, who, actor: core.auth.users.disable(user_id=who, actor=actor, origin=HERE),
    "enable": lambda core, who, actor: core.auth.users.enable(user_id=who, actor=actor, origin=HERE),
    "reset password": lambda core, who, actor: core.auth.users.reset_password(user_id=who, actor=actor, origin=HERE),
    "force password change": lambda core, who, actor: core.auth.users.force_password_change(
        user_id=who, actor=actor, origin=HERE
    ),
}
ALWAYS: dict[str, Act] = {
    "delete": lambda core, who, actor: core.auth.users.delete(user_id=who, actor=actor, origin=HERE),
    "restore": lambda core, who, actor: core.auth.users.restore(user_id=who, actor=actor, origin=HERE),
    "end sessions": lambda core, who, actor: core.auth.sessions.end_all_of_user(user_id=who, actor=actor, origin=HERE),
    "end session": lambda core, who, actor: core.auth.sessions.end_of_user(
        user_id=who, session_id=SessionId(uuid4()), actor=actor, origin=HERE
    ),
}
"""What can be done with a deleted user, too."""
ALL = SET | ALWAYS

each_act = pytest.mark.parametrize("act", ALL.values(), ids=ALL)


async def delegate(core: Core) -> User:
    """Somebody who administers people, and may do nothing else."""
    await core.role("helpdesk", "users:*", "sessions:*")
    return await core.create("helpdesk@example.org", "helpdesk")


@pytest.mark.covers("AUZ-06")
@each_act
async def test_nobody_acts_on_who_may_do_more_and_the_attempt_is_kept(core: Core, act: Act) -> None:
    helper, admin = await delegate(core), await core.create("admin@example.org", "admin")
    held = await core.log_in(admin)
    before = await core.auth.users.look_up_by_email(email="admin@example.org")

    with pytest.raises(BeyondYourRights):
        await act(core, admin.id, helper.id)

    assert await core.auth.users.look_up_by_email(email="admin@example.org") == before
    await core.auth.tokens.verify_access_token(token=held.tokens.access_token.reveal())
    await core.log_in(admin)
    [refused] = [each for each in await core.events(admin.id) if each.kind is EventKind.USER_CHANGE_REFUSED]
    assert (refused.outcome, refused.actor, refused.origin) == (Outcome.FAILURE, helper.id, HERE)
    assert refused.details["reason"] == "beyond_your_rights"


@pytest.mark.covers("AUZ-06")
@each_act
async def test_a_disabled_or_deleted_administrator_is_out_of_reach_as_well(core: Core, act: Act) -> None:
    helper, admin = await delegate(core), await core.create("admin@example.org", "admin")
    await core.create("other@example.org", "admin")

    await core.disable(admin)
    with pytest.raises(BeyondYourRights):
        await act(core, admin.id, helper.id)
    await core.delete(admin)
    with pytest.raises(BeyondYourRights):
        await act(core, admin.id, helper.id)


@each_act
async def test_who_is_disabled_acts_on_nobody(core: Core, act: Act) -> None:
    helper, user = await delegate(core), await core.register()
    await core.disable(helper)

    with pytest.raises(BeyondYourRights):
        await act(core, user.id, helper.id)


@each_act
async def test_there_has_to_be_somebody(core: Core, act: Act) -> None:
    with pytest.raises(UserNotFound):
        await act(core, UserId(uuid4()), None)


@pytest.mark.parametrize("act", SET.values(), ids=SET)
async def test_who_is_deleted_is_restored_first(core: Core, act: Act) -> None:
    user = await core.register()
    await core.delete(user)
    events = len(core.all_events())

    with pytest.raises(UserDeleted):
        await act(core, user.id, None)

    assert len(core.all_events()) == events


@pytest.mark.covers("AUZ-04")
@pytest.mark.parametrize("act", [ALL["delete"], ALL["disable"]], ids=["delete", "disable"])
async def test_the_last_administrator_stays_and_the_attempt_is_kept(core: Core, act: Act) -> None:
    admin, deleted = await core.create("admin@example.org", "admin"), await core.create("gone@example.org", "admin")
    await core.delete(deleted)

    for actor in (admin.id, None):
        with pytest.raises(LastAdministrator):
            await act(core, admin.id, actor)

    refused = [each for each in await core.events(admin.id) if each.kind is EventKind.USER_CHANGE_REFUSED]
    assert [(each.actor, each.details["reason"]) for each in refused] == [
        (admin.id, "last_administrator"),
        (None, "last_administrator"),
    ]


async def test_what_is_changed_is_told_and_kept_without_its_content(core: Core) -> None:
    helper, user = await delegate(core), await core.register()

    changed = await core.auth.users.update(
        user_id=user.id,
        first_name="Augusta",
        last_name="Lovelace",
        email="Augusta@example.org",
        actor=helper.id,
        origin=HERE,
    )

    assert (changed.first_name, changed.last_name, changed.email.address) == (
        "Augusta",
        "Lovelace",
        "Augusta@example.org",
    )
    assert await core.auth.users.look_up_by_email(email="augusta@example.org") == changed
    event = (await core.events(user.id))[-1]
    assert (event.kind, event.actor, event.details) == (
        EventKind.USER_UPDATED,
        helper.id,
        {"fields": "email first_name"},
    )


async def test_what_is_so_already_is_no_change(core: Core) -> None:
    user = await core.register()
    events = len(core.all_events())

    same = await core.auth.users.update(
        user_id=user.id, first_name="Ada", email=user.email.address, seen=[user.tag], actor=None, origin=HERE
    )

    assert same == user
    assert len(core.all_events()) == events


async def change_as_seen(core: Core, user: User, *seen: str) -> User:
    return await core.auth.users.update(user_id=user.id, first_name="Augusta", seen=seen, actor=None, origin=HERE)


async def test_only_what_is_as_it_was_seen_is_changed(core: Core) -> None:
    user = await core.register()
    changed = await change_as_seen(core, user, "nonsense", user.tag)

    for change in (
        change_as_seen(core, user, user.tag),
        change_as_seen(core, user),
        core.auth.users.update_profile(user_id=user.id, first_name="Bob", seen=[user.tag], origin=HERE),
        core.auth.users.delete(user_id=user.id, seen=[user.tag], actor=None, origin=HERE),
    ):
        with pytest.raises(ChangedMeanwhile):
            await change

    assert await core.auth.users.look_up_by_email(email=user.email.address) == changed
    await core.auth.users.update_profile(user_id=user.id, first_name="Bob", seen=[changed.tag], origin=HERE)


async def test_signing_in_changes_nothing_anybody_has_seen(core: Core) -> None:
    user = await core.register()
    await core.log_in(user)

    assert (await change_as_seen(core, user, user.tag)).tag != user.tag


async def sessions_of(core: Core, user: User) -> int:
    return len(await core.auth.sessions.list_of_user(user_id=user.id))


async def test_one_session_of_somebody_ends(core: Core) -> None:
    helper, one = await delegate(core), await core.signed_in()
    other = await core.log_in(one.user)
    end = core.auth.sessions.end_of_user

    for _ in range(2):
        await end(user_id=one.user.id, session_id=one.tokens.session.id, actor=helper.id, origin=HERE)

    assert await is_refused(core, one)
    assert not await is_refused(core, other)
    ends = [each for each in await core.events(one.user.id) if each.kind is EventKind.SESSION_ENDED]
    assert [(each.actor, each.details) for each in ends] == [(helper.id, {"reason": "ended_by_administrator"})]


async def test_every_session_of_somebody_ends(core: Core) -> None:
    helper, one, bystander = await delegate(core), await core.signed_in(), await core.signed_in()
    other = await core.log_in(one.user)

    ended = [
        await core.auth.sessions.end_all_of_user(user_id=one.user.id, actor=helper.id, origin=HERE) for _ in range(2)
    ]

    assert ended == [2, 0]
    assert await sessions_of(core, one.user) == 0
    assert await is_refused(core, one)
    assert await is_refused(core, other)
    assert not await is_refused(core, bystander)
    assert (await core.kinds_of_events(one.user.id)).count(EventKind.SESSIONS_ENDED) == 1


async def test_a_session_of_somebody_else_is_not_found(core: Core) -> None:
    user, other = await core.register(), await core.signed_in()

    with pytest.raises(SessionNotFound):
        await core.auth.sessions.end_of_user(
            user_id=user.id, session_id=other.tokens.session.id, actor=None, origin=HERE
        )

    assert not await is_refused(core, other)


async def test_sessions_of_nobody_are_not_listed(core: Core) -> None:
    with pytest.raises(UserNotFound):
        await core.auth.sessions.list_of_user(user_id=UserId(uuid4()))


async def is_refused(core: Core, who: LoggedIn) -> bool:
    try:
        await core.auth.tokens.verify_access_token(token=who.tokens.access_token.reveal())
    except RevokedToken:
        return True
    return False


async def test_an_account_is_created_with_a_password_that_must_be_changed(core: Core) -> None:
    user = await core.auth.users.create(
        email="new@example.org",
        password=Redacted(PASSWORD),
        must_change_password=True,
        first_name="Ada",
        last_name="Lovelace",
        actor=None,
        origin=HERE,
    )

    assert user.status is UserStatus.ACTIVE
    with pytest.raises(PasswordChangeRequired):
        await core.log_in(user)
