"""The stand-ins that tests are given."""

from datetime import timedelta

import pytest

from auth_core.testing import (
    NOON,
    MovableClock,
    ScriptedEntropy,
    SeededEntropy,
    a_session,
    a_signing_key,
    a_user,
    an_email,
    an_event,
)


def test_a_movable_clock_stands_still_until_it_is_moved() -> None:
    clock = MovableClock()

    assert clock.now() == clock.now() == NOON
    assert clock.advance(timedelta(hours=1)) == clock.now() == NOON + timedelta(hours=1)
    assert clock.advance(timedelta(hours=-2)) == NOON - timedelta(hours=1)
    clock.move_to(NOON)
    assert clock.now() == NOON


def test_seeded_entropy_repeats_itself_for_the_same_seed_only() -> None:
    first, same, other = SeededEntropy(b"one"), SeededEntropy(b"one"), SeededEntropy(b"two")

    given = [first.token_bytes(16) for _ in range(5)]

    assert given == [same.token_bytes(16) for _ in range(5)]
    assert not set(given) & {other.token_bytes(16) for _ in range(5)}
    assert len(set(given)) == 5
    assert [len(first.token_bytes(length)) for length in (0, 1, 1000)] == [0, 1, 1000]


def test_scripted_entropy_keeps_to_its_script() -> None:
    entropy = ScriptedEntropy([b"ab", b"c"])

    assert entropy.token_bytes(2) == b"ab"
    with pytest.raises(AssertionError, match="2 bytes were asked for"):
        entropy.token_bytes(2)
    with pytest.raises(AssertionError, match="come to its end"):
        entropy.token_bytes(1)


def test_no_two_built_values_are_the_same() -> None:
    user = a_user()

    assert len({an_email() for _ in range(100)}) == 100
    assert len({a_user().id for _ in range(100)}) == 100
    assert len({a_session(user.id).id for _ in range(100)}) == 100
    assert len({an_event(user.id).id for _ in range(100)}) == 100
    assert len({a_signing_key(1).kid for _ in range(100)}) == 100
    assert a_session(user.id).is_live(NOON)


def test_identities_sort_by_when_they_were_made() -> None:
    made = [a_user(at=NOON + timedelta(milliseconds=step)) for step in range(50)]

    assert sorted(made, key=lambda user: user.id) == made
    assert {user.id.version for user in made} == {7}
