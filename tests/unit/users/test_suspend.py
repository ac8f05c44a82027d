"""Closing an account for use, and opening it again."""

from uuid import uuid4

import pytest

from auth_core import InvalidCredentials, InvalidRefreshToken, RevokedToken, UserNotFound
from auth_core.audit.events import EventKind
from auth_core.ids import UserId
from tests.unit.core_in_memory import HERE, Core


@pytest.mark.covers("SES-09", "RFR-09", "JWT-20", "R-S4")
async def test_nothing_a_disabled_user_holds_is_good_any_more(core: Core) -> None:
    user = await core.register()
    held = [(await core.log_in(user)).tokens for _ in range(2)]

    await core.disable(user)

    for tokens in held:
        with pytest.raises(RevokedToken):
            await core.auth.tokens.verify_access_token(token=tokens.access_token.reveal())
        with pytest.raises(InvalidRefreshToken):
            await core.auth.sessions.refresh(refresh_token=tokens.refresh_token, origin=HERE)
    with pytest.raises(InvalidCredentials):
        await core.log_in(user)


@pytest.mark.covers("SES-09")
async def test_enabling_lets_the_user_in_again_and_revives_nothing(core: Core) -> None:
    old = await core.signed_in()
    await core.disable(old.user)

    await core.enable(old.user)

    with pytest.raises(RevokedToken):
        await core.auth.tokens.verify_access_token(token=old.tokens.access_token.reveal())
    with pytest.raises(InvalidRefreshToken):
        await core.auth.sessions.refresh(refresh_token=old.tokens.refresh_token, origin=HERE)
    new = await core.log_in(old.user)
    await core.auth.tokens.verify_access_token(token=new.tokens.access_token.reveal())


async def test_other_people_do_not_notice(core: Core) -> None:
    user, bystander = await core.signed_in(), await core.signed_in()

    await core.disable(user.user)

    await core.auth.tokens.verify_access_token(token=bystander.tokens.access_token.reveal())


async def test_doing_it_twice_is_doing_it_once(core: Core) -> None:
    admin, user = await core.register(), (await core.signed_in()).user

    for _ in range(2):
        await core.auth.users.disable(user_id=user.id, actor=admin.id, origin=HERE)
    for _ in range(2):
        await core.auth.users.enable(user_id=user.id, actor=admin.id, origin=HERE)

    events = (await core.events(user.id))[2:]
    assert [(event.kind, event.actor) for event in events] == [
        (EventKind.USER_DISABLED, admin.id),
        (EventKind.USER_ENABLED, admin.id),
    ]
    assert events[0].details == {"sessions_ended": 1}


async def test_nobody_cannot_be_disabled_or_enabled(core: Core) -> None:
    nobody = UserId(uuid4())

    with pytest.raises(UserNotFound):
        await core.auth.users.disable(user_id=nobody, actor=None, origin=HERE)
    with pytest.raises(UserNotFound):
        await core.auth.users.enable(user_id=nobody, actor=None, origin=HERE)

    assert all(event.subject != nobody for event in core.all_events())
