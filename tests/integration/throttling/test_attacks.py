"""Attacks on accounts in PostgreSQL: all at once, from everywhere, and by whoever pulls the plug."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.memory import FOR_TESTS
from auth_adapters.postgres import Database
from auth_core import Allowance, AuthCore, InvalidCredentials, Origin, Redacted, ThrottlePolicy, TooManyAttempts
from auth_core.audit.events import EventKind
from auth_core.testing import MovableClock, an_email
from auth_core.throttling.model import Budget
from tests.integration.postgres.person import PASSWORD, Person, auth_over, registered
from tests.integration.postgres.questions import scalar

POLICY = ThrottlePolicy(source=Allowance.parse("1000/1h"), global_=Allowance.parse("5000/1h"))
POLICIES = replace(FOR_TESTS, throttling=POLICY)
WRONG = Redacted("a wrong guess")


@pytest.fixture
async def auth(database: Database, clock: MovableClock) -> AuthCore:
    return await auth_over(database, clock, policies=POLICIES)


@pytest.fixture
async def elsewhere(address: Redacted[str]) -> AsyncGenerator[Database]:
    database = Database(address)
    yield database
    await database.close()


@pytest.fixture
async def other(elsewhere: Database, clock: MovableClock) -> AuthCore:
    """Another instance of the service."""
    return await auth_over(elsewhere, clock, policies=POLICIES)


async def guess(auth: AuthCore, email: str, address: str, *, token: Redacted[str] | None = None) -> str:
    try:
        await auth.login.log_in(email=email, password=WRONG, origin=Origin(address=address), device_token=token)
    except InvalidCredentials:
        return "wrong"
    except TooManyAttempts:
        return "refused"
    return "in"


async def failures_of(operator: AsyncEngine, person: Person, kind: EventKind = EventKind.LOGIN_FAILED) -> int:
    count: int = await scalar(
        operator, "SELECT count(*) FROM auth.audit_events WHERE kind = :kind AND subject = :id", kind=kind, id=person.id
    )
    return count


@pytest.mark.covers("THR-02", "THR-03")
async def test_of_200_guesses_at_once_over_two_instances_no_more_than_10_are_looked_at(
    auth: AuthCore, other: AuthCore, operator: AsyncEngine
) -> None:
    person = await registered(auth)

    outcomes = Counter(
        await asyncio.gather(*(guess((auth, other)[n % 2], person.email, f"203.0.113.{n}") for n in range(200)))
    )

    assert outcomes == {"wrong": 10, "refused": 190}
    assert await failures_of(operator, person) == 10
    assert await failures_of(operator, person, EventKind.ATTEMPTS_EXHAUSTED) == 1


@pytest.mark.covers("THR-03")
async def test_what_one_instance_has_counted_another_knows_and_the_next_one_too(
    auth: AuthCore, other: AuthCore, elsewhere: Database, clock: MovableClock
) -> None:
    person = await registered(auth)
    counted = [await guess(each, person.email, "203.0.113.1") for each in (auth, other) * 5]
    restarted = await auth_over(elsewhere, clock, policies=POLICIES)

    assert counted == ["wrong"] * 10
    assert [await guess(each, person.email, "203.0.113.2") for each in (auth, other, restarted)] == ["refused"] * 3


@pytest.mark.covers("THR-06", "THR-07")
async def test_from_10_000_places_at_once_the_owner_signs_in_where_they_have_before(
    auth: AuthCore, operator: AsyncEngine
) -> None:
    person = await registered(auth)
    home = Origin(address="192.0.2.1")
    known = (await auth.login.log_in(email=person.email, password=PASSWORD, origin=home)).device_token
    signed_in = 0
    outcomes: Counter[str] = Counter()

    for wave in range(20):
        places = (f"10.{wave}.{n // 256}.{n % 256}" for n in range(500))
        outcomes.update(await asyncio.gather(*(guess(auth, person.email, place) for place in places)))
        logged_in = await auth.login.log_in(email=person.email, password=PASSWORD, origin=home, device_token=known)
        known, signed_in = logged_in.device_token, signed_in + 1

    assert outcomes == {"wrong": 10, "refused": 9990}
    assert signed_in == 20
    assert await failures_of(operator, person) == 10
    with pytest.raises(TooManyAttempts):
        await auth.login.log_in(email=person.email, password=PASSWORD, origin=Origin(address="192.0.2.2"))


@pytest.mark.covers("THR-08")
async def test_an_address_nobody_has_is_counted_like_one_that_somebody_has(auth: AuthCore) -> None:
    person = await registered(auth)

    theirs = [await guess(auth, person.email, f"198.51.100.{n}") for n in range(12)]
    nobody = an_email()
    nobodys = [await guess(auth, nobody, f"198.51.100.{n}") for n in range(12)]

    assert theirs == nobodys == ["wrong"] * 10 + ["refused"] * 2


@pytest.mark.covers("THR-16")
async def test_who_is_refused_leaves_nothing_behind_and_names_say_nothing(
    auth: AuthCore, operator: AsyncEngine
) -> None:
    person = await registered(auth)
    for n in range(10):
        await guess(auth, person.email, f"198.51.100.{n}")
    before = await scalar(operator, "SELECT count(*) FROM auth.budgets")

    for n in range(50):
        assert await guess(auth, person.email, f"10.9.8.{n}") == "refused"

    assert await scalar(operator, "SELECT count(*) FROM auth.budgets") == before
    assert await scalar(operator, "SELECT count(*) FROM auth.budgets WHERE length(name) <> 16") == 0


@pytest.mark.covers("THR-16")
async def test_budgets_that_are_full_again_are_removed_by_upkeep(auth: AuthCore, operator: AsyncEngine) -> None:
    person = await registered(auth)
    await guess(auth, person.email, "198.51.100.200")
    await auth.upkeep.purge()
    kept = await scalar(operator, "SELECT count(*) FROM auth.budgets WHERE full_at > clock_timestamp()")
    later = "UPDATE auth.budgets SET full_at = full_at - interval '2 hours' RETURNING 1"
    await scalar(operator, f"WITH later AS ({later}) SELECT count(*) FROM later")

    await auth.upkeep.purge()

    assert kept >= 3
    assert await scalar(operator, "SELECT count(*) FROM auth.budgets WHERE budget = :it", it=Budget.ACCOUNT) == 0
