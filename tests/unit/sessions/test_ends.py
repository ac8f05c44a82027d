"""Sessions end by themselves, to the microsecond, however the clock moves."""

from dataclasses import replace
from datetime import timedelta

import pytest

from auth_core import InvalidRefreshToken, InvalidToken
from auth_core.login.model import LoggedIn
from auth_core.sessions.model import TokenPair
from tests.unit.core_in_memory import DAY, HERE, HOUR, Core

TICK = timedelta(microseconds=1)


async def is_listed(core: Core, tokens: TokenPair) -> bool:
    return tokens.session.id in {each.id for each in await core.auth.sessions.list(user_id=tokens.session.user_id)}


async def can_refresh(core: Core, tokens: TokenPair) -> bool:
    try:
        await core.auth.sessions.refresh(refresh_token=tokens.refresh_token, origin=HERE)
    except InvalidRefreshToken:
        return False
    return True


async def is_accepted(core: Core, tokens: TokenPair) -> bool:
    try:
        await core.auth.tokens.verify_access_token(token=tokens.access_token.reveal())
    except InvalidToken:
        return False
    return True


async def used_to_the_last(core: Core) -> LoggedIn:
    """Somebody who has refreshed every six days, and an hour before the absolute end once more."""
    logged_in = await core.signed_in()
    tokens, end = logged_in.tokens, logged_in.tokens.session.ends_at
    for until in (24 * DAY, 18 * DAY, 12 * DAY, 6 * DAY, HOUR):
        core.clock.move_to(end - until)
        tokens = await core.auth.sessions.refresh(refresh_token=tokens.refresh_token, origin=HERE)
    return replace(logged_in, tokens=tokens)


@pytest.mark.covers("SES-07", "RFR-12")
async def test_a_session_that_is_not_used_ends_at_its_idle_end(core: Core) -> None:
    early, late = (await core.signed_in()).tokens, (await core.signed_in()).tokens
    end = core.clock.now() + core.policies.sessions.idle
    assert early.session.valid_until == late.session.valid_until == end

    core.clock.move_to(end - TICK)
    assert await is_listed(core, early)
    assert await can_refresh(core, early)

    core.clock.move_to(end)
    assert not await is_listed(core, late)
    assert not await can_refresh(core, late)


@pytest.mark.covers("SES-07", "RFR-12")
async def test_a_session_that_is_used_ends_at_its_absolute_end(core: Core) -> None:
    early = (await used_to_the_last(core)).tokens
    end = early.session.ends_at

    core.clock.move_to(end - TICK)
    assert await is_listed(core, early)
    assert await can_refresh(core, early)

    core.clock.move_to(end)
    assert not await is_listed(core, early)
    assert not await can_refresh(core, early)


@pytest.mark.covers("SES-07")
async def test_no_access_token_outlives_its_session(core: Core) -> None:
    tokens = (await used_to_the_last(core)).tokens
    core.clock.move_to(tokens.session.ends_at - timedelta(minutes=1))
    tokens = await core.auth.sessions.refresh(refresh_token=tokens.refresh_token, origin=HERE)

    assert tokens.access_lifetime == timedelta(minutes=1)
    assert await is_accepted(core, tokens)
    core.clock.move_to(tokens.session.ends_at)
    assert not await is_accepted(core, tokens)


@pytest.mark.covers("SES-07", "RFR-13")
async def test_a_clock_that_jumps_ahead_ends_a_session_and_one_set_back_keeps_it(core: Core) -> None:
    core.clock.advance(DAY)
    tokens = (await core.signed_in()).tokens

    core.clock.advance(8 * DAY)
    assert not await is_listed(core, tokens)
    assert not await can_refresh(core, tokens)

    core.clock.advance(-8 * DAY - HOUR)
    assert await is_listed(core, tokens)
    assert await can_refresh(core, tokens)


@pytest.mark.covers("SES-07")
async def test_no_refresh_after_its_end_brings_a_session_back(core: Core) -> None:
    tokens = (await core.signed_in()).tokens
    core.clock.move_to(tokens.session.valid_until)
    for _ in range(3):
        assert not await can_refresh(core, tokens)

    core.clock.advance(TICK)

    assert not await is_listed(core, tokens)
    assert core.store.committed.sessions[tokens.session.id] == tokens.session
