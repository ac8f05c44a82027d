"""The table of what a link means that could not advance its chain, row by row."""

from dataclasses import replace
from datetime import timedelta

import pytest

from auth_core import Principal, SessionPolicy
from auth_core.revocation.model import Reason
from auth_core.sessions.model import Session
from auth_core.sessions.refresh_chain import Gone, Impossible, Repeated, Reused, judge
from auth_core.testing import NOON, a_session, a_user

SECOND = timedelta(seconds=1)
POLICY = SessionPolicy(retry_window=30 * SECOND)
NO_RETRIES = SessionPolicy(retry_window=timedelta(0))
USER = a_user()
OWNER = Principal(user_id=USER.id, security_version=0, roles=(), permissions=())
LIVE = replace(a_session(USER.id, at=NOON), generation=5)
ENDED = replace(LIVE, ended_at=NOON, ended_because=Reason.LOGGED_OUT)


@pytest.mark.parametrize("generation", [0, 4, 5, 6])
def test_an_unknown_session_is_gone(generation: int) -> None:
    assert judge(None, None, generation, now=NOON, policy=POLICY) == Gone()


@pytest.mark.parametrize("generation", [0, 3, 4, 5])
@pytest.mark.parametrize("session", [ENDED, replace(LIVE, idle_ends_at=NOON), replace(LIVE, ends_at=NOON)])
def test_a_session_that_is_over_is_gone(session: Session, generation: int) -> None:
    assert judge(session, OWNER, generation, now=NOON, policy=POLICY) == Gone()


@pytest.mark.parametrize("generation", [0, 3, 4, 5])
def test_the_session_of_a_disabled_user_is_gone(generation: int) -> None:
    assert judge(LIVE, None, generation, now=NOON, policy=POLICY) == Gone()


@pytest.mark.parametrize("principal", [OWNER, None])
@pytest.mark.parametrize("session", [LIVE, ENDED])
@pytest.mark.parametrize("generation", [6, 7, 1 << 30])
def test_a_link_still_to_come_is_impossible_whatever_the_session(
    session: Session, principal: Principal | None, generation: int
) -> None:
    verdict = judge(session, principal, generation, now=NOON, policy=POLICY)

    assert isinstance(verdict, Impossible)


@pytest.mark.parametrize("after", [timedelta(0), 29 * SECOND, 30 * SECOND - timedelta(microseconds=1)])
def test_the_link_before_is_repeated_within_the_window(after: timedelta) -> None:
    verdict = judge(LIVE, OWNER, 4, now=NOON + after, policy=POLICY)

    assert verdict == Repeated(session=LIVE, principal=OWNER)


@pytest.mark.parametrize("after", [30 * SECOND, timedelta(days=1)])
def test_the_link_before_is_reused_past_the_window(after: timedelta) -> None:
    assert judge(LIVE, OWNER, 4, now=NOON + after, policy=POLICY) == Reused(session=LIVE)


def test_the_link_before_is_reused_at_once_when_there_is_no_window() -> None:
    assert judge(LIVE, OWNER, 4, now=NOON, policy=NO_RETRIES) == Reused(session=LIVE)


@pytest.mark.covers("RFR-13")
def test_a_clock_that_was_turned_back_makes_no_thief_of_anybody() -> None:
    verdict = judge(LIVE, OWNER, 4, now=NOON - timedelta(hours=1), policy=POLICY)

    assert verdict == Repeated(session=LIVE, principal=OWNER)


@pytest.mark.parametrize("generation", [0, 1, 3])
@pytest.mark.parametrize("policy", [POLICY, NO_RETRIES])
def test_an_older_link_is_reused_at_any_time(policy: SessionPolicy, generation: int) -> None:
    assert judge(LIVE, OWNER, generation, now=NOON, policy=policy) == Reused(session=LIVE)


def test_the_current_link_is_given_again_to_a_user_who_was_enabled_between_two_looks() -> None:
    assert judge(LIVE, OWNER, 5, now=NOON, policy=POLICY) == Repeated(session=LIVE, principal=OWNER)
