"""How many sessions somebody may have, and which one ends when they begin one more."""

import asyncio
from dataclasses import replace

import pytest

from auth_adapters.memory import FOR_TESTS
from auth_core import InvalidRefreshToken, RevokedToken, SessionPolicy
from auth_core.audit.events import EventKind
from auth_core.ids import SessionId
from auth_core.login.model import LoggedIn
from auth_core.revocation.model import Reason, SessionRevocation
from auth_core.users.model import User
from tests.unit.core_in_memory import DAY, HERE, MINUTE, Core


async def core_with(most: int | None) -> Core:
    return await Core.make(policies=replace(FOR_TESTS, sessions=SessionPolicy(most=most)))


async def log_ins(core: Core, user: User, count: int) -> list[LoggedIn]:
    """Sign in that often, a minute after the other."""
    done: list[LoggedIn] = []
    for _ in range(count):
        core.clock.advance(MINUTE)
        done.append(await core.log_in(user))
    return done


async def live(core: Core, user: User) -> list[SessionId]:
    return [each.id for each in await core.auth.sessions.list(user_id=user.id)]


@pytest.mark.covers("SES-03")
async def test_one_log_in_too_many_ends_the_session_that_was_not_used_for_longest() -> None:
    core = await core_with(3)
    user = await core.register()
    first, second, third = await log_ins(core, user, 3)
    core.clock.advance(MINUTE)
    await core.auth.sessions.refresh(refresh_token=first.tokens.refresh_token, origin=HERE)

    (fourth,) = await log_ins(core, user, 1)

    kept = [each.tokens.session.id for each in (fourth, first, third)]
    assert await live(core, user) == kept
    with pytest.raises(RevokedToken):
        await core.auth.tokens.verify_access_token(token=second.tokens.access_token.reveal())
    with pytest.raises(InvalidRefreshToken):
        await core.auth.sessions.refresh(refresh_token=second.tokens.refresh_token, origin=HERE)
    for each in (first, third, fourth):
        await core.auth.tokens.verify_access_token(token=each.tokens.access_token.reveal())


@pytest.mark.covers("SES-03")
async def test_what_had_to_end_is_recorded() -> None:
    core = await core_with(1)
    user = await core.register()
    first, _second = await log_ins(core, user, 2)

    (event,) = [each for each in await core.events(user.id) if each.kind is EventKind.SESSION_ENDED]

    assert (event.actor, event.session_id) == (None, first.tokens.session.id)
    assert event.details == {"reason": "too_many_sessions"}
    assert core.store.committed.sessions[first.tokens.session.id].ended_because is Reason.TOO_MANY_SESSIONS


@pytest.mark.covers("SES-03", "R-S4")
async def test_what_had_to_end_is_revoked() -> None:
    core = await core_with(1)
    user = await core.register()
    first, second = await log_ins(core, user, 2)

    revoked = [each for each in core.store.committed.revocations.values() if isinstance(each, SessionRevocation)]

    assert [each.session_id for each in revoked] == [first.tokens.session.id]
    await core.auth.revocation.follow()  # so that nobody asks the store
    with pytest.raises(RevokedToken):
        await core.auth.tokens.verify_access_token(token=first.tokens.access_token.reveal())
    await core.auth.tokens.verify_access_token(token=second.tokens.access_token.reveal())


@pytest.mark.covers("SES-03")
async def test_what_is_over_counts_no_more() -> None:
    core = await core_with(2)
    user = await core.register()
    idle, ended = await log_ins(core, user, 2)
    core.clock.advance(7 * DAY - MINUTE)
    await core.auth.sessions.log_out(user_id=user.id, session_id=ended.tokens.session.id, origin=HERE)

    new = await log_ins(core, user, 2)

    assert await live(core, user) == [each.tokens.session.id for each in reversed(new)]
    assert core.store.committed.sessions[idle.tokens.session.id].ended_at is None


@pytest.mark.covers("SES-03")
async def test_everybody_has_room_of_their_own() -> None:
    core = await core_with(1)
    bystander = await core.signed_in()

    await core.signed_in()

    await core.auth.tokens.verify_access_token(token=bystander.tokens.access_token.reveal())


@pytest.mark.covers("SES-03")
@pytest.mark.parametrize("most", [1, 7])
async def test_log_ins_at_once_leave_as_many_sessions_as_there_may_be(most: int) -> None:
    core = await core_with(most)
    user = await core.register()

    done = await asyncio.gather(*(core.log_in(user) for _ in range(20)))

    assert len(await live(core, user)) == most
    assert {each.tokens.session.id for each in done} >= set(await live(core, user))
    assert (await core.kinds_of_events(user.id)).count(EventKind.SESSION_ENDED) == 20 - most


async def test_a_lower_limit_holds_from_the_next_log_in_on() -> None:
    before = await core_with(None)
    user = await before.register()
    await log_ins(before, user, 5)
    after = await Core.make(
        store=before.store, policies=replace(FOR_TESTS, sessions=SessionPolicy(most=2)), seed=b"after"
    )
    after.clock.move_to(before.clock.now())

    (new,) = await log_ins(after, user, 1)

    assert len(await live(after, user)) == 2
    assert (await live(after, user))[0] == new.tokens.session.id


async def test_without_a_limit_nothing_ends() -> None:
    core = await core_with(None)
    user = await core.register()

    await log_ins(core, user, 20)

    assert len(await live(core, user)) == 20


def test_there_is_room_for_a_hundred_by_default_and_never_for_none() -> None:
    assert SessionPolicy().most == 100
    with pytest.raises(ValueError, match="at least 1"):
        SessionPolicy(most=0)
