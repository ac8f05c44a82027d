"""Seeing where one is signed in, and ending a session from elsewhere."""

from uuid import uuid4

import pytest

from auth_core import Origin, Redacted, RevokedToken, SessionNotFound
from auth_core.audit.events import EventKind
from auth_core.ids import SessionId
from auth_core.login.model import LoggedIn
from auth_core.revocation.model import Reason
from tests.unit.core_in_memory import DAY, HERE, MINUTE, PASSWORD, Core


async def revoke(core: Core, who: LoggedIn, session_id: SessionId) -> None:
    await core.auth.sessions.revoke(user_id=who.user.id, session_id=session_id, origin=HERE)


@pytest.mark.covers("SES-01")
async def test_people_see_their_own_sessions_the_one_used_last_first(core: Core) -> None:
    first = await core.signed_in()
    core.clock.advance(MINUTE)
    second = await core.log_in(first.user)
    await core.signed_in()
    core.clock.advance(MINUTE)
    refreshed = await core.auth.sessions.refresh(refresh_token=first.tokens.refresh_token, origin=HERE)

    sessions = await core.auth.sessions.list(user_id=first.user.id)

    assert list(sessions) == [refreshed.session, second.tokens.session]


async def test_sessions_that_are_over_are_not_seen(core: Core) -> None:
    first = await core.signed_in()
    await core.auth.sessions.log_out(user_id=first.user.id, session_id=first.tokens.session.id, origin=HERE)
    await core.log_in(first.user)
    core.clock.advance(7 * DAY)
    live = await core.log_in(first.user)

    assert list(await core.auth.sessions.list(user_id=first.user.id)) == [live.tokens.session]


@pytest.mark.covers("SES-02", "SES-06")
async def test_a_session_is_ended_from_another_one(core: Core) -> None:
    lost = await core.signed_in()
    here = await core.log_in(lost.user)

    for _ in range(2):
        await revoke(core, here, lost.tokens.session.id)

    with pytest.raises(RevokedToken):
        await core.auth.tokens.verify_access_token(token=lost.tokens.access_token.reveal())
    await core.auth.tokens.verify_access_token(token=here.tokens.access_token.reveal())
    assert core.store.committed.sessions[lost.tokens.session.id].ended_because is Reason.ENDED_BY_USER
    assert (await core.kinds_of_events(here.user.id)).count(EventKind.SESSION_ENDED) == 1


@pytest.mark.covers("SES-02")
async def test_another_persons_session_is_as_unknown_as_one_that_never_was(core: Core) -> None:
    here, somebody = await core.signed_in(), await core.signed_in()
    events = len(core.all_events())

    for session_id in (somebody.tokens.session.id, SessionId(uuid4())):
        with pytest.raises(SessionNotFound):
            await revoke(core, here, session_id)

    await core.auth.tokens.verify_access_token(token=somebody.tokens.access_token.reveal())
    assert len(core.all_events()) == events


@pytest.mark.covers("SES-08")
async def test_a_session_keeps_where_it_came_from_in_a_form_that_can_be_shown(core: Core) -> None:
    user = await core.register()
    said = Origin(address="192.0.2.9", user_agent="\x1b[31mEvil\r\nBrowser\u202e" + "x" * 1000, request_id="")

    await core.auth.login.log_in(email=user.email.address, password=Redacted(PASSWORD), origin=said)

    [session] = await core.auth.sessions.list(user_id=user.id)
    assert session.origin == Origin(address="192.0.2.9", user_agent="[31mEvilBrowser" + "x" * 241)
