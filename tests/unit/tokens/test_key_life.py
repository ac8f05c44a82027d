"""The life of a signing key: next, active, retired, gone, by the clock alone."""

from datetime import datetime, timedelta

import pytest

from auth_core import NoSigningKey
from auth_core.testing import NOON, a_signing_key
from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.keys import KeyState, state_of

MINUTE = timedelta(minutes=1)
TICK = timedelta(microseconds=1)
RETIREMENT = 20 * MINUTE
FIRST = a_signing_key(1, signs_from=NOON)
SECOND = a_signing_key(2, signs_from=NOON + 60 * MINUTE)
THIRD = a_signing_key(3, signs_from=NOON + 120 * MINUTE)
KEYS = [FIRST, SECOND, THIRD]

NEXT, ACTIVE, RETIRED, GONE = KeyState.NEXT, KeyState.ACTIVE, KeyState.RETIRED, KeyState.GONE


@pytest.mark.covers("JWT-18")
@pytest.mark.parametrize(
    ("now", "states"),
    [
        (NOON - TICK, [NEXT, NEXT, NEXT]),
        (NOON, [ACTIVE, NEXT, NEXT]),
        (NOON + 60 * MINUTE - TICK, [ACTIVE, NEXT, NEXT]),
        (NOON + 60 * MINUTE, [RETIRED, ACTIVE, NEXT]),
        (NOON + 80 * MINUTE - TICK, [RETIRED, ACTIVE, NEXT]),
        (NOON + 80 * MINUTE, [GONE, ACTIVE, NEXT]),
        (NOON + 120 * MINUTE, [GONE, RETIRED, ACTIVE]),
        (NOON + 140 * MINUTE, [GONE, GONE, ACTIVE]),
        (NOON + 10_000 * MINUTE, [GONE, GONE, ACTIVE]),
    ],
)
def test_a_key_is_in_the_state_its_time_says(now: datetime, states: list[KeyState]) -> None:
    assert [state_of(key, KEYS, now=now, retirement=RETIREMENT) for key in KEYS] == states


def test_a_key_that_was_overtaken_never_signs() -> None:
    overtaken = a_signing_key(2, signs_from=NOON + 60 * MINUTE)
    at_once = a_signing_key(3, signs_from=NOON + 30 * MINUTE)
    keys = [FIRST, overtaken, at_once]

    at_30, at_60 = (
        [state_of(key, keys, now=NOON + minutes * MINUTE, retirement=RETIREMENT) for key in keys]
        for minutes in (30, 60)
    )

    assert at_30 == [RETIRED, NEXT, ACTIVE]
    assert at_60 == [GONE, GONE, ACTIVE]


def test_of_keys_that_sign_from_one_moment_on_the_newest_signs() -> None:
    twin = a_signing_key(2, signs_from=NOON)

    states = [state_of(key, [FIRST, twin], now=NOON, retirement=RETIREMENT) for key in (FIRST, twin)]

    assert states == [RETIRED, ACTIVE]


def ring() -> KeyRing:
    made = KeyRing(retirement=RETIREMENT)
    made.load(KEYS)
    return made


def test_exactly_one_key_signs_at_any_time_from_the_first_on() -> None:
    with pytest.raises(NoSigningKey):
        ring().signing_key(NOON - TICK)

    signing = [ring().signing_key(NOON + minutes * MINUTE) for minutes in (0, 59, 60, 119, 120, 10_000)]

    assert signing == [FIRST, FIRST, SECOND, SECOND, THIRD, THIRD]


def test_what_is_published_is_what_is_found() -> None:
    for minutes, published in ((-1, KEYS), (60, KEYS), (80, [SECOND, THIRD]), (140, [THIRD])):
        now = NOON + minutes * MINUTE

        assert list(ring().published(now)) == published
        assert [key for key in KEYS if ring().find(key.kid, now)] == published
    assert ring().find("another", NOON) is None
