"""Log-ins are counted, and whoever owns the account is not kept out by who does not."""

from dataclasses import replace

import pytest

from auth_adapters.memory import FOR_TESTS
from auth_core import Allowance, PasswordChangeRequired, Redacted, TooManyAttempts
from auth_core.audit.events import EventKind
from auth_core.testing import an_email
from tests.unit.core_in_memory import OTHER_PASSWORD, PASSWORD, Core
from tests.unit.throttling.guesses import FEW, HOME, HOUR, Guessing, a_guessing


@pytest.fixture
async def guessing() -> Guessing:
    return await a_guessing()


async def refusal(guessing: Guessing, email: str | None = None, password: str = PASSWORD) -> TooManyAttempts:
    with pytest.raises(TooManyAttempts) as raised:
        await guessing.log_in(email, password=password)
    return raised.value


@pytest.mark.covers("THR-01", "R-T1")
async def test_after_the_last_try_everybody_waits_and_is_told_for_how_long(guessing: Guessing) -> None:
    outcomes = [await guessing.guess() for _ in range(4)]
    told = [await refusal(guessing)]
    guessing.core.clock.advance(HOUR / 6)
    told.append(await refusal(guessing))

    assert outcomes == ["wrong", "wrong", "wrong", "refused"]
    assert [each.retry_after for each in told] == [HOUR / 3, HOUR / 6]
    guessing.core.clock.advance(told[-1].retry_after)
    assert await guessing.guess(password=PASSWORD) == "in"


@pytest.mark.covers("THR-11")
async def test_while_one_waits_nothing_is_hashed_and_the_right_password_is_answered_like_a_wrong_one(
    guessing: Guessing,
) -> None:
    await guessing.exhaust()
    hashed = guessing.core.hasher.verifications

    wrong = await refusal(guessing, password="a wrong guess")
    right = await refusal(guessing, password=PASSWORD)

    assert guessing.core.hasher.verifications == hashed
    assert (right.code, right.detail, right.retry_after) == (wrong.code, wrong.detail, wrong.retry_after)


@pytest.mark.covers("THR-07", "THR-06")
async def test_a_known_device_gets_in_whoever_else_is_guessing(guessing: Guessing) -> None:
    known = (await guessing.log_in()).device_token
    await guessing.exhaust()

    assert await guessing.guess(password=PASSWORD) == "refused"
    assert await guessing.guess(password=PASSWORD, token=known) == "in"
    assert await guessing.guess(token=known) == "wrong"


@pytest.mark.covers("THR-07")
async def test_a_known_device_has_a_budget_of_its_own_and_a_success_fills_it_up(guessing: Guessing) -> None:
    known = (await guessing.log_in()).device_token

    outcomes = [await guessing.guess(token=known) for _ in range(2)]
    again = await guessing.log_in(token=known)
    outcomes += [await guessing.guess(token=again.device_token) for _ in range(4)]

    assert outcomes == ["wrong"] * 5 + ["refused"]
    assert await guessing.guess(password=PASSWORD, token=known) == "refused"  # one device, whichever token says so
    assert await guessing.guess(password=PASSWORD) == "in"


@pytest.mark.covers("THR-07", "THR-15")
async def test_only_a_token_of_ours_for_this_person_makes_a_device_known(guessing: Guessing) -> None:
    other = await guessing.core.create(an_email())
    theirs = (await guessing.log_in(other.email.address)).device_token
    ours = (await guessing.log_in()).device_token.reveal()
    await guessing.exhaust()

    for token in (theirs, Redacted(ours[:-1] + ("A" if ours[-1] != "A" else "B")), Redacted(""), Redacted("\ud800")):
        assert await guessing.guess(password=PASSWORD, token=token, at="192.0.2.77") == "refused"


async def test_a_device_that_was_not_used_for_long_is_not_known(guessing: Guessing) -> None:
    known = (await guessing.log_in()).device_token
    guessing.core.clock.advance(guessing.core.policies.throttling.device_lifetime + HOUR)
    await guessing.exhaust()

    assert await guessing.guess(password=PASSWORD, token=known) == "refused"


@pytest.mark.covers("THR-08", "R-T3")
async def test_an_address_without_an_account_is_counted_like_one_with(guessing: Guessing) -> None:
    theirs = [await guessing.guess(at=f"203.0.113.{number}") for number in range(5)]
    nobodys = [await guessing.guess("nobody@example.org", at=f"203.0.114.{number}") for number in range(5)]

    assert theirs == nobodys
    assert (await refusal(guessing)).retry_after == (await refusal(guessing, email="nobody@example.org")).retry_after


@pytest.mark.covers("THR-14")
@pytest.mark.parametrize(
    "spellings",
    [
        ("ada@example.org", " ADA@Example.ORG ", "Ada@EXAMPLE.org", "ada@example.org "),
        ("ada@b\u00fccher.example", "ada@xn--bcher-kva.example", "ADA@B\u00dcCHER.example", "ada@bu\u0308cher.example"),
        ("no address", "NO ADDRESS", " no address", "\uff4e\uff4f address"),
    ],
)
async def test_the_spellings_of_one_address_share_one_budget(guessing: Guessing, spellings: tuple[str, ...]) -> None:
    outcomes = [await guessing.guess(each) for each in spellings]

    assert outcomes == ["wrong", "wrong", "wrong", "refused"]


@pytest.mark.covers("THR-06")
async def test_one_place_that_tries_many_accounts_runs_out(guessing: Guessing) -> None:
    outcomes = [await guessing.guess(an_email(), at="203.0.113.9") for _ in range(7)]

    assert outcomes == ["wrong"] * 6 + ["refused"]
    assert await guessing.guess(password=PASSWORD) == "in"


@pytest.mark.covers("THR-05")
async def test_a_subscriber_of_ipv6_is_one_place_and_a_site_is_counted_more_softly() -> None:
    guessing = await a_guessing(replace(FEW, wider=2))
    one_subscriber = [await guessing.guess(an_email(), at=f"2001:db8:1:1::{host:x}") for host in range(7)]
    their_site = [await guessing.guess(an_email(), at=f"2001:db8:1:{net:x}::1") for net in range(2, 9)]
    elsewhere = await guessing.guess(an_email(), at="2001:db8:2::1")

    assert one_subscriber == ["wrong"] * 6 + ["refused"]
    assert their_site == ["wrong"] * 6 + ["refused"]
    assert elsewhere == "wrong"


@pytest.mark.covers("THR-06")
async def test_many_places_together_raise_an_alarm_and_known_devices_are_let_in(guessing: Guessing) -> None:
    known = (await guessing.log_in()).device_token
    outcomes = [await guessing.guess(an_email(), at=f"198.51.100.{number}") for number in range(42)]

    assert outcomes == ["wrong"] * 40 + ["refused"] * 2
    assert await guessing.guess(password=PASSWORD) == "refused"
    assert await guessing.guess(password=PASSWORD, token=known) == "in"
    alarms = [each for each in guessing.core.all_events() if each.kind.is_alarm]
    assert [(each.kind, each.details["budget"]) for each in alarms] == [(EventKind.ATTEMPTS_OF_ALL_EXHAUSTED, "global")]


@pytest.mark.covers("THR-09", "R-T2")
async def test_a_success_fills_up_the_account_and_not_where_it_comes_from(guessing: Guessing) -> None:
    before = [await guessing.guess() for _ in range(2)]
    await guessing.log_in()
    after = [await guessing.guess() for _ in range(3)]
    others = [await guessing.guess(an_email()) for _ in range(2)]

    assert before + after == ["wrong"] * 5
    assert others == ["wrong", "refused"]


async def test_who_signs_in_uses_nothing_up(guessing: Guessing) -> None:
    outcomes = [await guessing.guess(password=PASSWORD) for _ in range(12)]

    assert outcomes == ["in"] * 12


@pytest.mark.covers("THR-07")
async def test_a_success_on_a_known_device_does_not_let_others_go_on_guessing(guessing: Guessing) -> None:
    known = (await guessing.log_in()).device_token
    await guessing.exhaust()

    await guessing.log_in(token=known)

    assert await guessing.guess() == "refused"


async def test_who_has_to_choose_another_password_has_not_failed(guessing: Guessing) -> None:
    await guessing.core.auth.users.force_password_change(user_id=guessing.victim.id, actor=None, origin=HOME)
    for _ in range(5):
        with pytest.raises(PasswordChangeRequired):
            await guessing.log_in()

    logged_in = await guessing.core.log_in(guessing.victim, new=OTHER_PASSWORD)

    assert logged_in.user.id == guessing.victim.id


@pytest.mark.covers("R-T4")
async def test_an_empty_budget_is_one_event_and_not_one_for_each_refusal(guessing: Guessing) -> None:
    await guessing.exhaust()
    for _ in range(5):
        await guessing.guess()

    told = [each for each in guessing.core.all_events() if each.kind is EventKind.ATTEMPTS_EXHAUSTED]

    assert [(each.subject, dict(each.details)) for each in told] == [
        (guessing.victim.id, {"budget": "account", "tries": 3, "seconds": 3600})
    ]
    assert guessing.core.auth.tallies.throttled.counts == {"account": 6}


@pytest.mark.covers("THR-12")
async def test_a_clock_that_jumps_neither_frees_nor_locks_anybody_for_long(guessing: Guessing) -> None:
    await guessing.exhaust()
    guessing.core.clock.advance(-HOUR * 3)
    assert await guessing.guess() == "wrong"
    assert (await refusal(guessing)).retry_after == HOUR / 3

    guessing.core.clock.advance(HOUR * 24 * 8)
    outcomes = [await guessing.guess() for _ in range(4)]

    assert outcomes == ["wrong", "wrong", "wrong", "refused"]


async def test_an_unsafe_policy_counts_nothing() -> None:
    core = await Core.make(policies=FOR_TESTS)
    guessing = Guessing(core=core, victim=await core.create(an_email()))

    assert {await guessing.guess() for _ in range(30)} == {"wrong"}


def test_no_policy_lets_more_be_guessed_than_is_safe() -> None:
    with pytest.raises(ValueError, match="account must be at most 100"):
        replace(FEW, account=Allowance(tries=101, period=HOUR))
