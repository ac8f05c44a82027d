"""The life of a signing key, from the clock and its revocation alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from auth_core.testing import NOON, a_signing_key
from auth_core.tokens.keys import KeyState, SigningKey, is_forgettable, state_of

RETIREMENT = timedelta(minutes=20)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)

NEXT, ACTIVE, RETIRED, GONE, REVOKED = KeyState


def states(keys: Sequence[SigningKey], now: datetime) -> list[KeyState]:
    return [state_of(key, keys, now=now, retirement=RETIREMENT) for key in keys]


def forgettable(keys: Sequence[SigningKey], now: datetime) -> list[int]:
    return [key.number for key in keys if is_forgettable(key, keys, now=now, retirement=RETIREMENT)]


def keys_an_hour_apart(count: int) -> list[SigningKey]:
    return [a_signing_key(number, signs_from=NOON + HOUR * (number - 1)) for number in range(1, count + 1)]


def revoked(key: SigningKey, at: datetime) -> SigningKey:
    return replace(key, revoked_at=at)


def test_a_key_is_next_then_active_then_retired_then_gone() -> None:
    keys = keys_an_hour_apart(2)

    assert states(keys, NOON - SECOND) == [NEXT, NEXT]
    assert states(keys, NOON) == [ACTIVE, NEXT]
    assert states(keys, NOON + HOUR - SECOND) == [ACTIVE, NEXT]
    assert states(keys, NOON + HOUR) == [RETIRED, ACTIVE]
    assert states(keys, NOON + HOUR + RETIREMENT - SECOND) == [RETIRED, ACTIVE]
    assert states(keys, NOON + HOUR + RETIREMENT) == [GONE, ACTIVE]


def test_at_every_moment_one_key_signs() -> None:
    keys = keys_an_hour_apart(5)

    for minutes in range(0, 400, 7):
        assert states(keys, NOON + timedelta(minutes=minutes)).count(ACTIVE) == 1


def test_a_revoked_key_is_revoked_whatever_the_clock_says() -> None:
    keys = keys_an_hour_apart(3)
    keys[1] = revoked(keys[1], NOON + HOUR + SECOND)

    for moment in (NOON - HOUR, NOON, NOON + HOUR, NOON + 9 * HOUR):
        assert states(keys, moment)[1] is REVOKED


def test_a_key_revoked_before_its_turn_takes_over_from_nobody() -> None:
    keys = keys_an_hour_apart(2)
    keys[1] = revoked(keys[1], NOON + HOUR - SECOND)

    for moment in (NOON, NOON + HOUR, NOON + 99 * HOUR):
        assert states(keys, moment) == [ACTIVE, REVOKED]


def test_a_key_revoked_in_its_time_has_taken_over_and_nobody_gets_his_place_back() -> None:
    keys = keys_an_hour_apart(3)
    keys[1] = revoked(keys[1], NOON + HOUR + SECOND)

    assert states(keys, NOON + HOUR + SECOND) == [RETIRED, REVOKED, NEXT]
    assert states(keys, NOON + 2 * HOUR) == [GONE, REVOKED, ACTIVE]


def test_a_successor_in_an_emergency_passes_over_the_key_that_was_waiting() -> None:
    first, waiting = keys_an_hour_apart(2)
    at = NOON + timedelta(minutes=30)
    keys = [revoked(first, at), waiting, a_signing_key(3, signs_from=at)]

    assert states(keys, at) == [REVOKED, NEXT, ACTIVE]
    assert states(keys, NOON + HOUR) == [REVOKED, GONE, ACTIVE]


def test_a_gone_key_may_be_forgotten_and_a_revoked_one_when_its_last_token_has_expired() -> None:
    keys = keys_an_hour_apart(4)
    at = NOON + HOUR + timedelta(minutes=59)
    keys[1] = revoked(keys[1], at)

    assert forgettable(keys, NOON + HOUR + RETIREMENT - SECOND) == []
    assert forgettable(keys, NOON + HOUR + RETIREMENT) == [1]
    assert forgettable(keys, at + RETIREMENT - SECOND) == [1]
    assert forgettable(keys, at + RETIREMENT) == [1, 2]
