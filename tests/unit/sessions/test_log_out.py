"""Signing out: here, elsewhere, and everywhere."""

from uuid import uuid4

import pytest

from auth_core import RevokedToken
from auth_core.audit.events import EventKind
from auth_core.ids import SessionId
from auth_core.login.model import LoggedIn
from auth_core.revocation.model import Reason
from tests.unit.core_in_memory import HERE, Core


async def log_out(core: Core, who: LoggedIn) -> None:
    await core.auth.sessions.log_out(user_id=who.user.id, session_id=who.tokens.session.id, origin=HERE)


async def log_out_elsewhere(core: Core, who: LoggedIn) -> int:
    return await core.auth.sessions.log_out_elsewhere(
        user_id=who.user.id, session_id=who.tokens.session.id, origin=HERE
    )


async def is_revoked(core: Core, who: LoggedIn) -> bool:
    try:
        await core.auth.tokens.verify_access_token(token=who.tokens.access_token.reveal())
    except RevokedToken:
        return True
    return False


@pytest.mark.covers("SES-05", "SES-06", "R-S4")
async def test_logging_out_ends_this_session_and_no_other(core: Core) -> None:
    here = await core.signed_in()
    there, bystander = await core.log_in(here.user), await core.signed_in()

    await log_out(core, here)

    assert await is_revoked(core, here)
    assert not await is_revoked(core, there)
    assert not await is_revoked(core, bystander)
    assert core.store.committed.sessions[here.tokens.session.id].ended_because is Reason.LOGGED_OUT


@pytest.mark.covers("SES-04")
async def test_logging_out_twice_is_logging_out_once(core: Core) -> None:
    here = await core.signed_in()

    for _ in range(2):
        await log_out(core, here)

    events = await core.events(here.user.id)
    assert [event.kind for event in events][2:] == [EventKind.SESSION_ENDED]
    assert (events[-1].session_id, events[-1].details) == (here.tokens.session.id, {"reason": "logged_out"})


async def test_logging_out_of_nothing_does_nothing(core: Core) -> None:
    here = await core.signed_in()

    await core.auth.sessions.log_out(user_id=here.user.id, session_id=SessionId(uuid4()), origin=HERE)

    assert not await is_revoked(core, here)
    assert (await core.kinds_of_events(here.user.id))[2:] == []


@pytest.mark.covers("SES-02", "SES-06")
async def test_logging_out_elsewhere_ends_every_other_session_of_the_user(core: Core) -> None:
    here, bystander = await core.signed_in(), await core.signed_in()
    others = [await core.log_in(here.user) for _ in range(2)]

    ended = await log_out_elsewhere(core, here)

    assert ended == 2
    assert [await is_revoked(core, each) for each in others] == [True, True]
    assert not await is_revoked(core, here)
    assert not await is_revoked(core, bystander)
    assert list(await core.auth.sessions.list(user_id=here.user.id)) == [here.tokens.session]
    assert core.store.committed.sessions[others[0].tokens.session.id].ended_because is Reason.ENDED_BY_USER


@pytest.mark.covers("SES-02")
async def test_logging_out_elsewhere_twice_is_doing_it_once(core: Core) -> None:
    here = await core.signed_in()
    await core.log_in(here.user)

    ended = [await log_out_elsewhere(core, here) for _ in range(2)]

    assert ended == [1, 0]
    (event,) = [each for each in await core.events(here.user.id) if each.kind is EventKind.SESSIONS_ENDED]
    assert (event.actor, event.session_id) == (here.user.id, here.tokens.session.id)
    assert event.details == {"reason": "ended_by_user", "sessions_ended": 1}


@pytest.mark.covers("SES-02")
async def test_logging_out_everywhere_ends_every_session_of_the_user(core: Core) -> None:
    here, bystander = await core.signed_in(), await core.signed_in()
    there = await core.log_in(here.user)

    ended = [await core.auth.sessions.log_out_everywhere(user_id=here.user.id, origin=HERE) for _ in range(2)]

    assert ended == [2, 0]
    assert await is_revoked(core, here)
    assert await is_revoked(core, there)
    assert not await is_revoked(core, bystander)


async def test_logging_out_everywhere_is_recorded(core: Core) -> None:
    here = await core.signed_in()

    await core.auth.sessions.log_out_everywhere(user_id=here.user.id, origin=HERE)

    event = (await core.events(here.user.id))[-1]
    assert event.kind is EventKind.SESSIONS_ENDED
    assert event.details == {"reason": "logged_out_everywhere", "sessions_ended": 1}


async def test_whoever_logged_out_everywhere_may_log_in_again(core: Core) -> None:
    here = await core.signed_in()
    await core.auth.sessions.log_out_everywhere(user_id=here.user.id, origin=HERE)

    again = await core.log_in(here.user)

    assert not await is_revoked(core, again)
