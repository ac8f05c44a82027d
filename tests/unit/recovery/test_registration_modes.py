"""Where addresses are proven first, whoever asks learns nothing, and nobody gets into an account that is not theirs."""

import asyncio

import pytest

from auth_core import InvalidCredentials, NoMail, RegistrationMode, UnusableToken
from auth_core.audit.events import EventKind
from tests.unit.core_in_memory import DAY, HERE, HOUR, OTHER_PASSWORD, PASSWORD, SECOND, Core
from tests.unit.recovery.letters import ADA, Letters

VERIFIED = RegistrationMode.VERIFIED


async def of_every_kind() -> tuple[Letters, dict[str, str]]:
    """A service that knows people in every condition, and their addresses."""
    letters = await Letters.make(VERIFIED)
    for name in ("known", "disabled", "deleted"):
        await letters.registered(f"{name}@example.org")
    await letters.core.disable(await letters.user("disabled@example.org"))
    deleted = await letters.user("deleted@example.org")
    await letters.core.auth.users.delete(user_id=deleted.id, actor=None, origin=HERE)
    await letters.register("unverified@example.org")
    await letters.sent()
    letters.core.clock.advance(2 * HOUR)
    return letters, {name: f"{name}@example.org" for name in ("new", "known", "disabled", "deleted", "unverified")}


@pytest.mark.covers("REG-01", "REG-02", "REG-03", "REG-14", "R-T3")
async def test_whoever_registers_is_told_the_same_and_costs_the_same_and_a_mail_tells_the_rest() -> None:
    letters, emails = await of_every_kind()

    costs, told = {}, {}
    for name, email in emails.items():
        before = (letters.core.hasher.hashes, letters.core.hasher.verifications)
        assert await letters.register(email.upper()) is None
        costs[name] = (letters.core.hasher.hashes - before[0], letters.core.hasher.verifications - before[1])
        told[name] = await letters.sent()

    assert set(costs.values()) == {(1, 0)}
    assert told == {
        "new": [("NEW@example.org", "verify_address")],
        "known": [("known@example.org", "address_taken")],
        "disabled": [("disabled@example.org", "address_taken")],
        "deleted": [("deleted@example.org", "address_taken")],
        "unverified": [("unverified@example.org", "reset_password")],
    }


@pytest.mark.covers("RST-20", "REG-02")
async def test_nobody_signs_in_before_the_address_is_proven_and_nobody_is_told_why() -> None:
    letters = await Letters.make(VERIFIED)
    await letters.register()
    user = await letters.user()

    with pytest.raises(InvalidCredentials):
        await letters.core.log_in(ADA)
    [*_, refused] = await letters.core.events(user.id)
    await letters.verify(await letters.token("verify_address"))

    assert (refused.kind, refused.details["reason"]) == (EventKind.LOGIN_FAILED, "email_not_verified")
    assert (await letters.core.log_in(ADA)).user.email_verified_at == letters.core.clock.now()


@pytest.mark.covers("REG-13")
async def test_whose_address_somebody_else_registered_gets_in_by_choosing_a_password_and_the_other_is_out() -> None:
    letters = await Letters.make(VERIFIED)
    await letters.register(password=OTHER_PASSWORD)
    strangers = await letters.token("verify_address")
    await letters.register(password=PASSWORD)
    assert [kind for _, kind in await letters.sent()] == ["reset_password"]

    await letters.choose(await letters.token("reset_password"), "a third and very long password")

    await letters.core.log_in(ADA, "a third and very long password")
    with pytest.raises(UnusableToken):
        await letters.verify(strangers)
    with pytest.raises(InvalidCredentials):
        await letters.core.log_in(ADA, OTHER_PASSWORD)


async def test_without_mail_nobody_registers_who_would_have_to_prove_something() -> None:
    letters = await Letters.make(VERIFIED)
    mute = await Core.make(policies=letters.core.policies)

    with pytest.raises(NoMail):
        await mute.register()


async def test_where_anybody_gets_in_at_once_the_address_is_proven_afterwards() -> None:
    letters = await Letters.make()
    user = await letters.register()
    assert user is not None
    await letters.core.log_in(ADA)
    assert await letters.sent() == [(user.email.address, "verify_address")]

    await letters.verify(await letters.token("verify_address"))

    assert (await letters.user()).email_verified_at is not None
    assert EventKind.EMAIL_VERIFIED in await letters.core.kinds_of_events(user.id)


async def test_who_is_given_an_account_need_not_prove_anything() -> None:
    letters = await Letters.make(VERIFIED)

    user = await letters.core.create("grace@example.org")

    assert (user.email_verified_at, await letters.sent()) == (None, [])
    await letters.core.log_in(user)


@pytest.mark.covers("REG-07")
async def test_of_fifty_who_register_one_address_at_once_all_are_told_the_same() -> None:
    letters = await Letters.make(VERIFIED)

    answers = await asyncio.gather(*(letters.register() for _ in range(50)))

    assert answers == [None] * 50
    assert len(letters.core.store.committed.users) == 1
    sent = [kind for _, kind in await letters.sent()]
    assert (sent.count("verify_address"), sent.count("reset_password"), len(sent)) == (1, 5, 6)


@pytest.mark.covers("RST-20")
async def test_to_prove_an_address_twice_is_to_prove_it_once() -> None:
    letters = await Letters.make()
    await letters.register()
    token = await letters.token("verify_address")
    await letters.verify(token)
    verified = await letters.user()
    letters.core.clock.advance(HOUR)

    await letters.verify(token)

    assert await letters.user() == verified
    assert (await letters.core.kinds_of_events(verified.id)).count(EventKind.EMAIL_VERIFIED) == 1


@pytest.mark.covers("RST-03", "RST-04", "RST-05")
async def test_a_token_that_proves_an_address_dies_with_time_and_with_a_newer_one() -> None:
    letters = await Letters.make()
    await letters.register()
    first = await letters.token("verify_address")
    letters.core.clock.advance(HOUR)
    await letters.resend()
    second = await letters.token("verify_address")
    letters.core.clock.advance(DAY)

    for dead in (first, second):
        with pytest.raises(UnusableToken):
            await letters.verify(dead)
    letters.core.clock.advance(-SECOND)
    with pytest.raises(UnusableToken):
        await letters.verify(first)
    await letters.verify(second)


@pytest.mark.covers("RST-01", "REG-12", "R-V2")
async def test_another_mail_comes_to_who_has_something_to_prove_and_not_too_often() -> None:
    letters, emails = await of_every_kind()

    for email in emails.values():
        for _ in range(7):
            await letters.resend(email)

    assert await letters.sent() == [("unverified@example.org", "verify_address")] * 5
