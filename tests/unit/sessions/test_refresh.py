"""Trading a refresh token for its successor: every way a link can be presented, and what becomes of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from auth_adapters.memory import FOR_TESTS
from auth_core import InvalidRefreshToken, RevokedToken, SessionPolicy
from auth_core.access.model import ADMIN
from auth_core.audit.events import EventKind, Outcome
from auth_core.login.model import LoggedIn
from auth_core.revocation.model import Reason
from auth_core.sessions.model import Session, TokenPair
from tests.unit.core_in_memory import DAY, HERE, HOUR, SECOND, Core

WINDOW = SessionPolicy().retry_window


async def refresh(core: Core, tokens: TokenPair) -> TokenPair:
    return await core.auth.sessions.refresh(refresh_token=tokens.refresh_token, origin=HERE)


async def is_refused(core: Core, tokens: TokenPair) -> bool:
    try:
        await refresh(core, tokens)
    except InvalidRefreshToken:
        return True
    return False


def stored(core: Core, tokens: TokenPair) -> Session:
    return core.store.committed.sessions[tokens.session.id]


# ---- The current link


@pytest.mark.covers("RFR-01", "R-F1")
async def test_the_current_link_is_traded_for_the_next_one(core: Core) -> None:
    first = (await core.signed_in()).tokens
    later = core.clock.advance(HOUR)

    second = await refresh(core, first)

    assert second.session == stored(core, first)
    assert second.session == replace(
        first.session, generation=1, advanced_at=later, idle_ends_at=later + core.policies.sessions.idle
    )
    assert second.refresh_token.reveal() != first.refresh_token.reveal()
    assert second.access_token.reveal() != first.access_token.reveal()


async def test_both_tokens_of_a_new_pair_work(core: Core) -> None:
    tokens = (await core.signed_in()).tokens
    for _ in range(5):
        tokens = await refresh(core, tokens)

        claims = await core.auth.tokens.verify_access_token(token=tokens.access_token.reveal())
        assert claims.session_id == tokens.session.id


@pytest.mark.covers("RFR-15")
async def test_a_chain_moves_on_as_often_as_it_is_asked_to_within_one_moment(core: Core) -> None:
    tokens = (await core.signed_in()).tokens

    texts = {tokens.refresh_token.reveal()}
    for _ in range(10):
        tokens = await refresh(core, tokens)
        texts.add(tokens.refresh_token.reveal())

    assert len(texts) == 11
    assert stored(core, tokens).generation == 10


@pytest.mark.covers("JWT-19")
async def test_a_new_access_token_tells_the_rights_of_now(core: Core) -> None:
    signed_in = await core.signed_in()
    async with core.ports.uow() as tx:
        await tx.roles.assign(signed_in.user.id, ADMIN.name, by=None, now=core.clock.now())

    tokens = await refresh(core, signed_in.tokens)

    claims = await core.auth.tokens.verify_access_token(token=tokens.access_token.reveal())
    assert claims.principal.roles == ("admin", "user")
    assert claims.principal.may("users:delete")


@pytest.mark.covers("RFR-12", "R-S3")
async def test_every_refresh_moves_the_idle_end_and_none_the_absolute_end(core: Core) -> None:
    tokens = (await core.signed_in()).tokens
    ends_at = tokens.session.ends_at
    while core.clock.now() < ends_at - 5 * DAY:
        core.clock.advance(5 * DAY)
        tokens = await refresh(core, tokens)

    assert tokens.session.ends_at == ends_at
    assert tokens.refresh_lifetime <= 5 * DAY
    core.clock.move_to(ends_at)
    assert await is_refused(core, tokens)


@pytest.mark.covers("RFR-12")
async def test_a_link_works_up_to_its_idle_end(core: Core) -> None:
    early, late = (await core.signed_in()).tokens, (await core.signed_in()).tokens

    core.clock.advance(core.policies.sessions.idle - SECOND)
    await refresh(core, early)
    core.clock.advance(SECOND)
    assert await is_refused(core, late)


# ---- The link before it, in time


@pytest.mark.covers("RFR-03", "RFR-07", "R-F2")
async def test_a_lost_answer_is_given_again(core: Core) -> None:
    first = (await core.signed_in()).tokens
    lost = await refresh(core, first)
    before = stored(core, first)
    core.clock.advance(WINDOW - SECOND)

    again = await refresh(core, first)

    assert again.refresh_token.reveal() == lost.refresh_token.reveal()
    assert stored(core, first) == before
    await core.auth.tokens.verify_access_token(token=again.access_token.reveal())
    await refresh(core, again)


async def test_a_lost_answer_may_be_lost_again_and_again(core: Core) -> None:
    first = (await core.signed_in()).tokens

    answers = set()
    for _ in range(int(WINDOW / SECOND)):
        answers.add((await refresh(core, first)).refresh_token.reveal())
        core.clock.advance(SECOND)

    assert len(answers) == 1
    assert await core.kinds_of_events(first.principal.user_id) == [EventKind.USER_REGISTERED, EventKind.LOGGED_IN]


async def test_an_answer_given_again_tells_the_rights_of_now(core: Core) -> None:
    signed_in = await core.signed_in()
    await refresh(core, signed_in.tokens)
    async with core.ports.uow() as tx:
        await tx.roles.assign(signed_in.user.id, ADMIN.name, by=None, now=core.clock.now())

    again = await refresh(core, signed_in.tokens)

    assert again.principal.roles == ("admin", "user")


@pytest.mark.covers("RFR-06")
@pytest.mark.parametrize("tabs", [2, 10, 100])
async def test_tabs_that_refresh_at_once_get_the_same_successor(core: Core, tabs: int) -> None:
    first = (await core.signed_in()).tokens

    pairs = await asyncio.gather(*(refresh(core, first) for _ in range(tabs)))

    assert len({pair.refresh_token.reveal() for pair in pairs}) == 1
    assert stored(core, first).generation == 1
    assert stored(core, first).ended_at is None


# ---- Links that are too late


@pytest.mark.covers("RFR-02", "RFR-04", "RFR-22", "R-F1")
async def test_a_link_used_again_after_the_window_ends_the_session(core: Core) -> None:
    stolen = (await core.signed_in()).tokens
    current = await refresh(core, stolen)
    core.clock.advance(WINDOW)

    assert await is_refused(core, stolen)

    assert stored(core, stolen).ended_because is Reason.REFRESH_TOKEN_REUSED
    assert await is_refused(core, current)
    for tokens in (stolen, current):
        with pytest.raises(RevokedToken):
            await core.auth.tokens.verify_access_token(token=tokens.access_token.reveal())


async def test_a_reuse_is_an_alarm_and_is_recorded_once(core: Core) -> None:
    stolen = (await core.signed_in()).tokens
    await refresh(core, stolen)
    core.clock.advance(WINDOW)

    for _ in range(3):
        assert await is_refused(core, stolen)

    [event] = [event for event in await core.events(stolen.principal.user_id) if event.kind.is_alarm]
    assert (event.kind, event.session_id, event.origin) == (
        EventKind.REFRESH_TOKEN_REUSED,
        stolen.session.id,
        HERE,
    )
    assert event.actor is None


@pytest.mark.covers("RFR-05")
async def test_the_link_before_the_link_before_ends_the_session_at_any_time(core: Core) -> None:
    grandparent = (await core.signed_in()).tokens
    current = await refresh(core, await refresh(core, grandparent))

    assert await is_refused(core, grandparent)
    assert await is_refused(core, current)
    assert stored(core, current).ended_because is Reason.REFRESH_TOKEN_REUSED


@pytest.mark.covers("RFR-21")
async def test_a_thief_who_refreshes_first_is_out_when_the_owner_comes(core: Core) -> None:
    owners = (await core.signed_in()).tokens
    thiefs = await refresh(core, owners)
    core.clock.advance(HOUR)
    thiefs = await refresh(core, thiefs)

    assert await is_refused(core, owners)

    assert await is_refused(core, thiefs)


@pytest.mark.covers("RFR-21", "RFR-12")
async def test_a_thief_is_out_also_when_the_owner_comes_after_their_own_link_has_expired(core: Core) -> None:
    owner = (await core.signed_in()).tokens
    core.clock.advance(6 * DAY)
    thief = await refresh(core, owner)
    core.clock.advance(2 * DAY)

    assert await is_refused(core, owner)

    assert await is_refused(core, thief)
    assert stored(core, thief).ended_because is Reason.REFRESH_TOKEN_REUSED


async def test_many_reuses_at_once_end_the_session_once(core: Core) -> None:
    stolen = (await core.signed_in()).tokens
    await refresh(core, stolen)
    core.clock.advance(WINDOW)

    refused = await asyncio.gather(*(is_refused(core, stolen) for _ in range(20)))

    assert all(refused)
    assert (await core.kinds_of_events(stolen.principal.user_id)).count(EventKind.REFRESH_TOKEN_REUSED) == 1


async def test_other_sessions_of_the_same_user_go_on_after_a_reuse(core: Core) -> None:
    signed_in = await core.signed_in()
    other = (await core.log_in(signed_in.user)).tokens
    await refresh(core, signed_in.tokens)
    core.clock.advance(WINDOW)

    assert await is_refused(core, signed_in.tokens)

    await refresh(core, other)


async def test_without_a_window_every_second_use_is_theft() -> None:
    policy = SessionPolicy(retry_window=timedelta(0))
    core = await Core.make(policies=replace(FOR_TESTS, sessions=policy))
    first = (await core.signed_in()).tokens
    second = await refresh(core, first)

    assert await is_refused(core, first)

    assert await is_refused(core, second)


# ---- Links that never were


def forged(core: Core, tokens: TokenPair, generation: int) -> TokenPair:
    """A link we have not issued, under our own signature: the key is known, or the store came from a backup."""
    claims = dict(core.ports.refresh_tokens.open(tokens.refresh_token.reveal()))
    return replace(tokens, refresh_token=core.ports.refresh_tokens.sign(claims | {"gen": generation}))


async def test_a_link_that_is_still_to_come_is_refused_and_an_alarm_and_ends_nothing(core: Core) -> None:
    tokens = (await core.signed_in()).tokens

    assert await is_refused(core, forged(core, tokens, 1))

    event = (await core.events(tokens.principal.user_id))[-1]
    assert (event.kind, event.outcome) == (EventKind.REFRESH_TOKEN_IMPOSSIBLE, Outcome.FAILURE)
    assert event.kind.is_alarm
    assert event.details == {"generation": 1}
    await refresh(core, tokens)


async def test_a_session_that_is_not_stored_any_more_is_refused_in_silence(core: Core) -> None:
    tokens = (await core.signed_in()).tokens
    del core.store.committed.sessions[tokens.session.id]
    events = len(core.all_events())

    assert await is_refused(core, tokens)

    assert len(core.all_events()) == events


@pytest.mark.covers("RFR-10")
async def test_what_is_no_refresh_token_never_reaches_the_store(core: Core) -> None:
    tokens = (await core.signed_in()).tokens
    access = replace(tokens, refresh_token=tokens.access_token)
    stranger = (await (await Core.make(store=core.store)).signed_in()).tokens
    garbage = [replace(tokens, refresh_token=type(tokens.refresh_token)(text)) for text in ("", "a.b.c", "x" * 10**6)]

    async with core.store.exclusively():  # Whoever went to the store would now wait for ever.
        for presented in (access, *garbage):
            async with asyncio.timeout(5):
                assert await is_refused(core, presented)

    assert stranger.session.id != tokens.session.id
    await refresh(core, tokens)


# ---- Sessions that are over


async def log_out(core: Core, who: LoggedIn) -> None:
    await core.auth.sessions.log_out(user_id=who.user.id, session_id=who.tokens.session.id, origin=HERE)


async def log_out_everywhere(core: Core, who: LoggedIn) -> None:
    await core.auth.sessions.log_out_everywhere(user_id=who.user.id, origin=HERE)


async def revoke(core: Core, who: LoggedIn) -> None:
    await core.auth.sessions.revoke(user_id=who.user.id, session_id=who.tokens.session.id, origin=HERE)


async def change_password_elsewhere(core: Core, who: LoggedIn) -> None:
    await core.change_password(await core.log_in(who.user))


async def disable(core: Core, who: LoggedIn) -> None:
    await core.disable(who.user)


WAYS_TO_END = [log_out, log_out_everywhere, revoke, change_password_elsewhere, disable]


@pytest.mark.covers("RFR-09", "R-F3", "SES-06")
@pytest.mark.parametrize("end", WAYS_TO_END)
async def test_once_a_session_was_ended_no_link_of_it_works(
    core: Core, end: Callable[[Core, LoggedIn], Awaitable[None]]
) -> None:
    who = await core.signed_in()
    current = await refresh(core, who.tokens)

    await end(core, who)

    kinds = await core.kinds_of_events(who.user.id)
    assert await is_refused(core, who.tokens)
    assert await is_refused(core, current)
    with pytest.raises(RevokedToken):
        await core.auth.tokens.verify_access_token(token=current.access_token.reveal())
    assert await core.kinds_of_events(who.user.id) == kinds


@pytest.mark.covers("RFR-09")
@pytest.mark.parametrize("end", WAYS_TO_END)
async def test_a_refresh_beside_the_end_of_its_session_gets_nothing_that_lasts(
    core: Core, end: Callable[[Core, LoggedIn], Awaitable[None]]
) -> None:
    for head_start in range(8):
        who = await core.signed_in()
        refreshing = asyncio.ensure_future(refresh(core, who.tokens))
        for _ in range(head_start):
            await asyncio.sleep(0)

        await end(core, who)
        outcome = (await asyncio.gather(refreshing, return_exceptions=True))[0]

        if isinstance(outcome, TokenPair):
            assert await is_refused(core, outcome)
            with pytest.raises(RevokedToken):
                await core.auth.tokens.verify_access_token(token=outcome.access_token.reveal())
        else:
            assert isinstance(outcome, InvalidRefreshToken)


@pytest.mark.covers("RFR-09")
async def test_the_links_of_a_disabled_user_are_refused_though_the_session_lives(core: Core) -> None:
    who = await core.signed_in()
    async with core.ports.uow() as tx:
        await tx.users.set_status(who.user.id, type(who.user.status).DISABLED, now=core.clock.now())

    assert await is_refused(core, who.tokens)

    assert stored(core, who.tokens) == who.tokens.session


@pytest.mark.covers("RFR-25")
async def test_a_refresh_that_is_cancelled_can_be_repeated(core: Core) -> None:
    tokens = (await core.signed_in()).tokens
    for turns in range(12):
        refreshing = asyncio.ensure_future(refresh(core, tokens))
        for _ in range(turns):
            await asyncio.sleep(0)
        refreshing.cancel()
        await asyncio.gather(refreshing, return_exceptions=True)

        tokens = await refresh(core, tokens)

    assert stored(core, tokens).generation == 12
