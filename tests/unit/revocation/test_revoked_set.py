"""What a process knows of revocations, and how far it relies on it."""

from datetime import timedelta

import pytest

from auth_core.ids import SessionId, UserId
from auth_core.revocation.model import KeyRevocation, Revocation, RoleRevocation, SessionRevocation, UserRevocation
from auth_core.revocation.ports import Batch, Cursor
from auth_core.revocation.revoked_set import RevokedSet
from auth_core.testing import NOON, a_key_revocation, a_role_revocation, a_session_revocation, a_user_revocation

LAG = timedelta(seconds=5)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)

SESSION = a_session_revocation(until=NOON + HOUR)
ROLE = a_role_revocation(least_version=7, until=NOON + HOUR)
USER = a_user_revocation(least_version=3, until=NOON + HOUR)
KEY = a_key_revocation(until=NOON + HOUR)
OTHER_SESSION = a_session_revocation().session_id
OTHER_USER = a_user_revocation().user_id


def knowing(*revocations: Revocation, most: int = 100) -> RevokedSet:
    """A set that was confirmed at noon."""
    revoked = RevokedSet(most=most)
    tell(revoked, *revocations)
    return revoked


def tell(revoked: RevokedSet, *revocations: Revocation, after: timedelta = timedelta(0), cursor: str = "1") -> None:
    """Look at the feed that long after noon."""
    revoked.take_in(Batch(revocations=revocations, cursor=Cursor(cursor)), revoked.look(NOON + after))


def covers_token(
    revoked: RevokedSet,
    *,
    session_id: SessionId = OTHER_SESSION,
    user_id: UserId = OTHER_USER,
    version: int = 9,
    roles: tuple[str, ...] = ("user",),
    roles_version: int = 9,
) -> bool:
    return revoked.covers(
        session_id=session_id, user_id=user_id, version=version, roles=roles, roles_version=roles_version
    )


def covers(revoked: RevokedSet, revocation: Revocation) -> bool:
    """Say whether the last token this revocation is about is covered."""
    match revocation:
        case SessionRevocation(session_id=session_id):
            return covers_token(revoked, session_id=session_id)
        case UserRevocation(user_id=user_id, least_version=version):
            return covers_token(revoked, user_id=user_id, version=version - 1)
        case RoleRevocation(role=role, least_version=version):
            return covers_token(revoked, roles=("user", role), roles_version=version - 1)
        case KeyRevocation(kid=kid):
            return revoked.covers_key(kid)


@pytest.mark.covers("JWT-20", "R-S4")
@pytest.mark.parametrize(
    ("session_id", "user_id", "version", "covered"),
    [
        (SESSION.session_id, OTHER_USER, 0, True),
        (SESSION.session_id, OTHER_USER, 1000, True),
        (OTHER_SESSION, USER.user_id, 0, True),
        (OTHER_SESSION, USER.user_id, 2, True),
        (OTHER_SESSION, USER.user_id, 3, False),
        (OTHER_SESSION, USER.user_id, 4, False),
        (SESSION.session_id, USER.user_id, 3, True),
        (OTHER_SESSION, OTHER_USER, 0, False),
    ],
)
def test_a_token_is_covered_by_its_session_or_by_the_version_of_its_user(
    session_id: object, user_id: object, version: int, covered: bool
) -> None:
    revoked = knowing(SESSION, USER)

    assert covers_token(revoked, session_id=session_id, user_id=user_id, version=version) is covered  # type: ignore[arg-type]  # parametrized


def test_telling_it_twice_is_telling_it_once() -> None:
    revoked = knowing(SESSION, USER)

    tell(revoked, SESSION, USER, KEY)
    revoked.add([SESSION, USER, KEY])

    assert len(revoked) == 3


def test_of_two_revocations_of_a_user_the_higher_version_and_the_later_end_count_in_whatever_order() -> None:
    early = UserRevocation(user_id=USER.user_id, least_version=5, until=NOON + SECOND)
    for order in ([early, USER], [USER, early], [early, USER, early]):
        revoked = knowing(*order)
        tell(revoked, after=2 * SECOND)

        assert covers_token(revoked, user_id=USER.user_id, version=4)
        assert not covers_token(revoked, user_id=USER.user_id, version=5)


@pytest.mark.covers("JWT-18")
def test_whoever_remembers_tokens_hears_of_a_revoked_key_once_and_of_nothing_else() -> None:
    revoked, heard = RevokedSet(most=100), list[bool]()
    revoked.when_a_key_goes(lambda: heard.append(revoked.covers_key(KEY.kid)))

    tell(revoked, SESSION, USER)
    assert heard == []
    tell(revoked, KEY)
    tell(revoked, KEY, SESSION)

    assert heard == [True]
    assert not revoked.covers_key("another")


def test_a_key_has_room_in_a_set_that_is_full() -> None:
    revoked = knowing(SESSION, USER, KEY, most=2)

    assert covers(revoked, KEY)
    assert revoked.is_current(NOON, allowed_lag=LAG)


@pytest.mark.covers("AUZ-09")
@pytest.mark.parametrize(
    ("roles", "roles_version", "covered"),
    [
        ((ROLE.role,), 0, True),
        ((ROLE.role,), 6, True),
        ((ROLE.role,), 7, False),
        ((ROLE.role,), 8, False),
        (("user", ROLE.role), 6, True),
        (("user",), 0, False),
        ((), 0, False),
    ],
)
def test_a_token_is_covered_by_the_version_of_a_role_it_names(
    roles: tuple[str, ...], roles_version: int, covered: bool
) -> None:
    revoked = knowing(ROLE)

    assert covers_token(revoked, roles=roles, roles_version=roles_version) is covered


def test_of_two_revocations_of_a_role_the_higher_version_and_the_later_end_count_in_whatever_order() -> None:
    early = RoleRevocation(role=ROLE.role, least_version=9, until=NOON + SECOND)
    for order in ([early, ROLE], [ROLE, early], [early, ROLE, early]):
        revoked = knowing(*order)
        tell(revoked, after=2 * SECOND)

        assert len(revoked) == 1
        assert covers_token(revoked, roles=(ROLE.role,), roles_version=8)
        assert not covers_token(revoked, roles=(ROLE.role,), roles_version=9)


@pytest.mark.parametrize("revocation", [SESSION, USER, ROLE, KEY], ids=["session", "user", "role", "key"])
def test_an_entry_goes_when_no_token_can_outlive_it(revocation: Revocation) -> None:
    revoked = knowing(revocation)

    tell(revoked, after=HOUR - timedelta(microseconds=1))
    assert covers(revoked, revocation)
    tell(revoked, after=HOUR)

    assert not covers(revoked, revocation)
    assert len(revoked) == 0


def test_an_entry_that_was_told_again_for_longer_stays_for_longer() -> None:
    again = SessionRevocation(session_id=SESSION.session_id, until=NOON + 2 * HOUR)
    shorter = SessionRevocation(session_id=SESSION.session_id, until=NOON + SECOND)
    revoked = knowing(SESSION, again, shorter)

    tell(revoked, after=HOUR)
    assert covers(revoked, SESSION)
    tell(revoked, after=2 * HOUR)

    assert len(revoked) == 0


def test_a_set_nobody_has_confirmed_is_not_current() -> None:
    revoked = RevokedSet(most=10)
    revoked.add([SESSION])

    assert revoked.staleness(NOON) is None
    assert not revoked.is_current(NOON, allowed_lag=LAG)
    assert covers(revoked, SESSION)


@pytest.mark.parametrize(
    ("later", "current"),
    [
        (timedelta(0), True),
        (LAG, True),
        (LAG + timedelta(microseconds=1), False),
        (timedelta(days=1), False),
        (timedelta(microseconds=-1), False),
        (timedelta(days=-1), False),
    ],
)
def test_a_set_is_current_for_as_long_as_it_may_lag_and_by_no_other_clock(later: timedelta, current: bool) -> None:
    revoked = knowing()

    assert revoked.staleness(NOON + later) == later
    assert revoked.is_current(NOON + later, allowed_lag=LAG) is current


def test_a_look_confirms_the_moment_it_began() -> None:
    revoked = knowing()
    look = revoked.look(NOON + SECOND)

    revoked.take_in(Batch(revocations=(), cursor=Cursor("2")), look)

    assert revoked.staleness(NOON + 3 * SECOND) == 2 * SECOND


def test_looks_go_on_where_the_last_one_ended() -> None:
    revoked = RevokedSet(most=10)

    assert revoked.look(NOON).after is None
    tell(revoked, cursor="7")

    assert revoked.look(NOON).after == "7"
    revoked.start_over()
    assert revoked.look(NOON).after is None


def test_after_a_doubt_only_a_look_that_began_later_confirms() -> None:
    revoked = knowing()
    under_way = revoked.look(NOON)

    revoked.doubt()
    revoked.take_in(Batch(revocations=(), cursor=Cursor("2")), under_way)
    assert not revoked.is_current(NOON, allowed_lag=LAG)
    tell(revoked)

    assert revoked.is_current(NOON, allowed_lag=LAG)


def test_there_are_never_more_entries_than_the_bound_and_then_the_set_is_not_current() -> None:
    many: list[Revocation] = [a_session_revocation(until=NOON + HOUR) for _ in range(6)]
    many += [a_user_revocation(until=NOON + HOUR), a_role_revocation(until=NOON + HOUR)]
    revoked = knowing(*many, most=4)

    assert len(revoked) == 4
    assert not revoked.is_current(NOON, allowed_lag=LAG)
    assert revoked.staleness(NOON) is None


def test_a_full_set_still_takes_in_what_it_knows_already() -> None:
    revoked = knowing(SESSION, USER, most=2)
    longer = SessionRevocation(session_id=SESSION.session_id, until=NOON + 2 * HOUR)
    higher = UserRevocation(user_id=USER.user_id, least_version=8, until=NOON + 2 * HOUR)

    tell(revoked, longer, higher)

    assert revoked.is_current(NOON, allowed_lag=LAG)
    assert covers_token(revoked, user_id=USER.user_id, version=7)


def test_a_set_that_overflowed_is_told_everything_anew_when_there_is_room() -> None:
    short = [a_session_revocation(until=NOON + SECOND) for _ in range(4)]
    lost = a_session_revocation(until=NOON + HOUR)
    revoked = knowing(*short, lost, most=4)
    assert not covers(revoked, lost)
    assert revoked.look(NOON).after is not None

    tell(revoked, after=SECOND)
    assert not revoked.is_current(NOON + SECOND, allowed_lag=LAG)
    assert revoked.look(NOON + SECOND).after is None
    tell(revoked, lost, after=SECOND)

    assert revoked.is_current(NOON + SECOND, allowed_lag=LAG)
    assert covers(revoked, lost)
    assert revoked.look(NOON + SECOND).after is not None


@pytest.mark.parametrize("revocation", [SESSION, USER, ROLE, KEY], ids=["session", "user", "role", "key"])
def test_a_clock_that_went_ahead_and_came_back_takes_nothing_away(revocation: Revocation) -> None:
    revoked = knowing(revocation)
    tell(revoked, after=2 * HOUR)
    assert not covers(revoked, revocation)

    assert not revoked.is_current(NOON + SECOND, allowed_lag=timedelta(days=1))
    assert revoked.look(NOON + SECOND).after is None
    tell(revoked, revocation, after=SECOND)

    assert covers(revoked, revocation)
    assert revoked.is_current(NOON + SECOND, allowed_lag=LAG)


def test_what_is_dropped_leaves_nothing_behind() -> None:
    revoked = knowing(*(a_session_revocation(until=NOON + SECOND) for _ in range(2_000)), most=10_000)
    for _ in range(20):
        revoked.add([SESSION])

    tell(revoked, after=SECOND)

    assert len(revoked) == 1
    assert len(revoked._ends) == 1
