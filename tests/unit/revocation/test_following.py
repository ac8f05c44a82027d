"""Following a feed, and what is done while that is not possible."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from auth_adapters.memory import FOR_TESTS, MemoryStore
from auth_adapters.memory.revocation import MemoryRevocationFeed
from auth_core import (
    AccessCheckMode,
    Fallback,
    InvalidCursor,
    Policies,
    RevocationPolicy,
    RevocationsUnknown,
    RevokedToken,
    Unavailable,
    assemble,
)
from auth_core.login.model import LoggedIn
from auth_core.revocation.follow import FollowRevocations
from auth_core.revocation.ports import Batch, Cursor
from auth_core.revocation.revoked_set import RevokedSet
from auth_core.testing import MovableClock, a_session_revocation
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.followed_check import AcceptsWhatItCannotTell
from tests.unit.core_in_memory import HERE, SECOND, Core

LAG = RevocationPolicy().allowed_lag
TICK = timedelta(microseconds=1)


@dataclass(slots=True)
class Scripted:
    """A feed that answers as told, and keeps what it was asked."""

    answers: list[Batch | Exception]
    asked: list[tuple[Cursor | None, timedelta]] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    async def changes(self, *, after: Cursor | None, wait: timedelta) -> Batch:
        self.asked.append((after, wait))
        self.meanwhile()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def batch(number: int) -> Batch:
    return Batch(revocations=(a_session_revocation(),), cursor=Cursor(str(number)))


def following(feed: Scripted, clock: MovableClock | None = None) -> FollowRevocations:
    return FollowRevocations(
        feed=feed, revoked=RevokedSet(most=100), clock=clock or MovableClock(), policy=RevocationPolicy()
    )


async def test_each_step_begins_where_the_last_one_ended() -> None:
    feed = Scripted([batch(1), batch(2), batch(3)])
    follow = following(feed)

    for _ in range(3):
        await follow()

    poll = RevocationPolicy().poll
    assert feed.asked == [(None, poll), ("1", poll), ("2", poll)]
    assert len(follow.revoked) == 3


@pytest.mark.parametrize("error", [Unavailable(Unavailable.SHORTLY), InvalidCursor(), OSError()])
async def test_after_a_failure_everything_is_asked_for_and_nothing_is_forgotten(error: Exception) -> None:
    feed = Scripted([batch(1), error, batch(2)])
    follow = following(feed)
    await follow()

    with pytest.raises(type(error)):
        await follow()
    await follow()

    assert [after for after, _ in feed.asked] == [None, "1", None]
    assert len(follow.revoked) == 2


async def test_a_failure_confirms_nothing() -> None:
    clock = MovableClock()
    follow = following(Scripted([batch(1), Unavailable(Unavailable.SHORTLY)]), clock)
    await follow()
    clock.advance(SECOND)

    with pytest.raises(Unavailable):
        await follow()

    assert follow.revoked.staleness(clock.now()) == SECOND


async def test_a_step_confirms_the_moment_it_began_however_long_it_waited() -> None:
    clock = MovableClock()
    feed = Scripted([batch(1)], meanwhile=lambda: clock.advance(3 * SECOND))
    follow = following(feed, clock)

    await follow()

    assert follow.revoked.staleness(clock.now()) == 3 * SECOND


async def test_a_step_that_is_cancelled_confirms_nothing_and_the_next_one_goes_on() -> None:
    store = MemoryStore()
    clock = MovableClock()
    feed = MemoryRevocationFeed(store, clock=clock)
    policy = RevocationPolicy(poll=timedelta(seconds=30), allowed_lag=timedelta(minutes=1))
    follow = FollowRevocations(feed=feed, revoked=RevokedSet(most=9), clock=clock, policy=policy)
    await follow()
    clock.advance(SECOND)
    step = asyncio.create_task(follow())
    await asyncio.wait([step], timeout=0.01)

    step.cancel()
    await asyncio.gather(step, return_exceptions=True)

    assert follow.revoked.staleness(clock.now()) == SECOND


# ---- What is done while it cannot be told


async def a_core(fallback: Fallback) -> tuple[Core, LoggedIn, LoggedIn]:
    """A process that has just looked, and another one that ends the session of the second of these people."""
    policies = replace(FOR_TESTS, revocation=replace(FOR_TESTS.revocation, fallback=fallback))
    core = await Core.make(policies=policies)
    here = replace(core, auth=assemble(core.ports, policies))
    staying, leaving = await core.signed_in(), await core.signed_in()
    await here.auth.revocation.follow()
    return here, staying, leaving


async def end_elsewhere(core: Core, who: LoggedIn) -> None:
    elsewhere = assemble(core.ports, core.policies)
    await elsewhere.sessions.log_out(user_id=who.user.id, session_id=who.tokens.session.id, origin=HERE)


async def verify(core: Core, who: LoggedIn) -> VerifiedClaims:
    return await core.auth.tokens.verify_access_token(token=who.tokens.access_token.reveal())


async def accepts(core: Core, who: LoggedIn) -> bool:
    return (await verify(core, who)).session_id == who.tokens.session.id


@pytest.mark.covers("SES-06")
async def test_while_the_set_is_current_nobody_else_is_asked() -> None:
    core, staying, leaving = await a_core(Fallback.STRICT)
    core.clock.advance(LAG)

    assert await accepts(core, staying)
    assert await accepts(core, leaving)


@pytest.mark.covers("SES-06", "R-S4")
async def test_past_the_allowed_lag_the_store_is_asked() -> None:
    core, staying, leaving = await a_core(Fallback.DATABASE)
    await end_elsewhere(core, leaving)
    core.clock.advance(LAG + TICK)

    assert await accepts(core, staying)
    with pytest.raises(RevokedToken):
        await verify(core, leaving)


@pytest.mark.covers("SES-06", "R-S4")
async def test_past_the_allowed_lag_the_strict_accept_no_token() -> None:
    core, staying, leaving = await a_core(Fallback.STRICT)
    core.clock.advance(LAG + TICK)

    for who in (staying, leaving):
        with pytest.raises(RevocationsUnknown):
            await verify(core, who)
    await core.auth.revocation.follow()
    assert await accepts(core, staying)


async def test_past_the_allowed_lag_the_lenient_accept_what_they_do_not_know_to_be_revoked() -> None:
    core, staying, leaving = await a_core(Fallback.LENIENT)
    await end_elsewhere(core, leaving)
    core.clock.advance(LAG + TICK)

    assert await accepts(core, staying)
    assert await accepts(core, leaving)
    await core.auth.revocation.follow()
    core.clock.advance(LAG + TICK)
    with pytest.raises(RevokedToken):
        await verify(core, leaving)


async def test_what_the_lenient_accept_is_counted() -> None:
    check = AcceptsWhatItCannotTell()
    core, staying, _ = await a_core(Fallback.DATABASE)
    claims = await verify(core, staying)

    assert [await check.stands(claims) for _ in range(3)] == [True] * 3
    assert check.accepted == 3


@pytest.mark.parametrize("fallback", list(Fallback))
async def test_what_is_known_to_be_revoked_is_refused_however_old_the_knowledge(fallback: Fallback) -> None:
    core, _, leaving = await a_core(fallback)
    await end_elsewhere(core, leaving)
    await core.auth.revocation.follow()

    core.clock.advance(timedelta(minutes=10))

    with pytest.raises(RevokedToken):
        await verify(core, leaving)


async def test_with_the_store_as_the_check_the_set_is_not_looked_at() -> None:
    policies = Policies(tokens=FOR_TESTS.tokens, revocation=RevocationPolicy(access_check=AccessCheckMode.DATABASE))
    core = await Core.make(policies=policies)
    who = await core.signed_in()
    await core.auth.revocation.follow()
    await end_elsewhere(core, who)

    with pytest.raises(RevokedToken):
        await verify(core, who)


async def test_nobody_who_follows_no_feed_accepts_a_token_the_store_has_ended(core: Core) -> None:
    who = await core.signed_in()
    await end_elsewhere(core, who)

    with pytest.raises(RevokedToken):
        await verify(core, who)


@pytest.mark.parametrize(
    "wrong",
    [
        {"poll": timedelta(0)},
        {"poll": timedelta(seconds=3)},
        {"allowed_lag": timedelta(minutes=2)},
        {"most": 0},
        {"overlap": timedelta(0)},
    ],
)
def test_a_policy_that_cannot_work_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        RevocationPolicy(**wrong)  # type: ignore[arg-type]  # parametrized
