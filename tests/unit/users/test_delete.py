"""Deleting an account for the time being, and restoring it."""

import pytest

from auth_core import EmailTaken, InvalidCredentials, InvalidRefreshToken, RevokedToken, UserNotFound, WrongPassword
from auth_core.audit.events import EventKind
from auth_core.login.model import LoggedIn
from auth_core.users.model import UserStatus
from tests.unit.core_in_memory import DAY, HERE, Core


async def assert_nothing_is_good(core: Core, held: LoggedIn) -> None:
    with pytest.raises(RevokedToken):
        await core.auth.tokens.verify_access_token(token=held.tokens.access_token.reveal())
    with pytest.raises(InvalidRefreshToken):
        await core.auth.sessions.refresh(refresh_token=held.tokens.refresh_token, origin=HERE)


@pytest.mark.covers("AUZ-12", "SES-09", "JWT-20", "R-S4")
async def test_nothing_a_deleted_user_holds_is_good_any_more(core: Core) -> None:
    held = await core.signed_in()

    await core.delete(held.user)

    await assert_nothing_is_good(core, held)
    with pytest.raises(InvalidCredentials):
        await core.log_in(held.user)
    with pytest.raises(WrongPassword):
        await core.change_password(held)
    with pytest.raises(UserNotFound):
        await core.auth.users.look_up(user_id=held.user.id)


@pytest.mark.covers("AUZ-12")
async def test_the_address_stays_reserved_and_the_trail_kept(core: Core) -> None:
    user = await core.register()
    await core.delete(user)
    core.clock.advance(DAY)

    with pytest.raises(EmailTaken):
        await core.register(user.email.address.upper())

    deleted = await core.auth.users.look_up_by_email(email=user.email.address)
    assert (deleted.id, deleted.status, deleted.deleted_at) == (user.id, UserStatus.DELETED, core.clock.now() - DAY)
    assert await core.kinds_of_events(user.id) == [EventKind.USER_REGISTERED, EventKind.USER_DELETED]


async def test_restoring_gives_the_account_back_with_its_roles_and_revives_nothing(core: Core) -> None:
    await core.role("clerk", "invoices:read")
    held = await core.signed_in()
    await core.assign(held.user, "clerk")
    await core.delete(held.user)

    await core.restore(held.user)

    await assert_nothing_is_good(core, held)
    back = await core.log_in(held.user)
    assert back.tokens.principal.roles == ("clerk", "user")


async def test_who_was_disabled_is_disabled_again(core: Core) -> None:
    user = await core.register()
    await core.disable(user)
    await core.delete(user)

    restored = await core.auth.users.restore(user_id=user.id, actor=None, origin=HERE)

    assert (restored.status, restored.deleted_at) == (UserStatus.DISABLED, None)
    with pytest.raises(InvalidCredentials):
        await core.log_in(user)


async def test_doing_it_twice_is_doing_it_once(core: Core) -> None:
    admin, user = await core.create("admin@example.org", "admin"), (await core.signed_in()).user

    for _ in range(2):
        await core.auth.users.delete(user_id=user.id, actor=admin.id, origin=HERE)
    for _ in range(2):
        await core.auth.users.restore(user_id=user.id, actor=admin.id, origin=HERE)

    events = (await core.events(user.id))[2:]
    assert [(event.kind, event.actor) for event in events] == [
        (EventKind.USER_DELETED, admin.id),
        (EventKind.USER_RESTORED, admin.id),
    ]
    assert events[0].details == {"sessions_ended": 1}


@pytest.mark.covers("AUZ-04")
async def test_a_deleted_administrator_does_not_count_and_does_again_once_restored(core: Core) -> None:
    first, second = [await core.create(f"{name}@example.org", "admin") for name in ("first", "second")]
    await core.delete(first)
    await core.restore(first)

    await core.delete(second)

    assert (await core.log_in(first)).tokens.principal.may("anything:at-all")
