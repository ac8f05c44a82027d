"""A forgotten password is chosen anew by whoever reads the address, once, and by nobody else."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from auth_core import (
    Busy,
    InvalidCredentials,
    InvalidEmail,
    InvalidRefreshToken,
    NoMail,
    PasswordPolicy,
    Redacted,
    RevokedToken,
    UnusableToken,
    WeakPassword,
)
from auth_core.audit.events import EventKind
from auth_core.outbox.messages import PasswordChanged
from auth_core.revocation.model import UserRevocation
from auth_core.testing import a_user
from auth_core.users.model import User
from auth_core.verification.model import Purpose
from tests.unit.core_in_memory import HERE, HOUR, OTHER_PASSWORD, PASSWORD, SECOND, Core
from tests.unit.recovery.letters import ADA, THERE, Letters

ELSEWHERE = replace(HERE, address="198.51.100.7")


@pytest.fixture
async def letters() -> Letters:
    return await Letters.make()


@pytest.mark.covers("RST-01", "RST-13", "REG-05", "R-V2")
async def test_a_mail_goes_to_the_stored_address_of_an_active_account_and_asking_costs_no_hash(
    letters: Letters,
) -> None:
    await letters.registered()
    for email in ("disabled@example.org", "deleted@example.org"):
        await letters.registered(email)
    await letters.core.disable(await letters.user("disabled@example.org"))
    deleted = await letters.user("deleted@example.org")
    await letters.core.auth.users.delete(user_id=deleted.id, actor=None, origin=HERE)
    before = (letters.core.hasher.hashes, letters.core.hasher.verifications)

    for email in ("ADA@example.ORG", "disabled@example.org", "deleted@example.org", "unknown@example.org"):
        await letters.core.auth.recovery.request_password_reset(email=email, origin=HERE)

    assert await letters.sent() == [("Ada@example.org", "reset_password")]
    assert (letters.core.hasher.hashes, letters.core.hasher.verifications) == before


@pytest.mark.covers("RST-13", "REG-05", "REG-09")
@pytest.mark.parametrize("email", ["ada@example.org,eve@example.net", "ada@example.org\r\nBcc: eve@example.net", "ada"])
async def test_what_is_no_address_is_refused(letters: Letters, email: str) -> None:
    await letters.registered()

    with pytest.raises(InvalidEmail):
        await letters.core.auth.recovery.request_password_reset(email=email, origin=HERE)


@pytest.mark.covers("RST-12", "RST-20", "R-V2")
async def test_the_new_password_is_in_force_everybody_is_out_and_nobody_was_signed_in(letters: Letters) -> None:
    user = await letters.register()
    assert user is not None
    thief = await letters.core.log_in(ADA)
    token = await letters.forget()

    await letters.choose(token, origin=ELSEWHERE)

    with pytest.raises(InvalidCredentials):
        await letters.core.log_in(ADA, PASSWORD)
    with pytest.raises(InvalidRefreshToken):
        await letters.core.auth.sessions.refresh(refresh_token=thief.tokens.refresh_token, origin=HERE)
    with pytest.raises(RevokedToken):
        await letters.core.auth.tokens.verify_access_token(token=thief.tokens.access_token.reveal())
    assert await letters.core.auth.sessions.list(user_id=user.id) == []
    # Told to the services that follow, too.
    assert UserRevocation in {type(each) for each in letters.core.store.committed.revocations.values()}
    assert (await letters.user()).email_verified_at is not None
    assert await letters.sent() == [(user.email.address, "password_changed")]
    [notice] = letters.wording.of_kind("password_changed")
    assert notice == PasswordChanged(at=letters.core.clock.now(), address=ELSEWHERE.address)
    [*_, recovered, _] = await letters.core.events(user.id)
    assert (recovered.kind, recovered.details["sessions_ended"]) == (EventKind.PASSWORD_RECOVERED, 1)
    await letters.core.log_in(ADA, OTHER_PASSWORD)


async def test_who_came_without_a_password_gets_one(letters: Letters) -> None:
    async with letters.core.ports.uow() as tx:
        await tx.users.add(a_user(email=ADA))

    await letters.choose(await letters.forget())

    assert (await letters.core.log_in(ADA, OTHER_PASSWORD)).user.email_verified_at == letters.core.clock.now()


async def test_who_had_to_choose_another_password_has(letters: Letters) -> None:
    user = await letters.registered()
    await letters.core.auth.users.force_password_change(user_id=user.id, actor=None, origin=HERE)

    await letters.choose(await letters.forget())

    await letters.core.log_in(ADA, OTHER_PASSWORD)


@pytest.mark.covers("RST-02", "RST-10")
async def test_a_token_is_good_once_also_for_two_at_once(letters: Letters) -> None:
    await letters.registered()
    token = await letters.forget()

    outcomes = await asyncio.gather(
        *(letters.choose(token, f"{OTHER_PASSWORD} {number}") for number in range(2)), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in outcomes) == ["NoneType", "UnusableToken"]
    assert Purpose.RESET_PASSWORD not in letters.purposes()
    with pytest.raises(UnusableToken):
        await letters.choose(token)


@pytest.mark.covers("RST-03", "RST-04")
async def test_a_token_dies_with_time_and_with_a_newer_one(letters: Letters) -> None:
    await letters.registered()
    first = await letters.forget()
    second = await letters.forget()
    letters.core.clock.advance(HOUR)

    with pytest.raises(UnusableToken):
        await letters.choose(second)
    letters.core.clock.advance(-SECOND)
    with pytest.raises(UnusableToken):
        await letters.choose(first)
    await letters.choose(second)


type Happening = Callable[[Letters, User], Awaitable[object]]


async def is_disabled(letters: Letters, user: User) -> None:
    await letters.core.disable(user)


async def moves_to_another_address(letters: Letters, user: User) -> None:
    await letters.change(user)


async def is_disabled_and_enabled(letters: Letters, user: User) -> None:
    await letters.core.disable(user)
    await letters.core.enable(user)


async def is_deleted_and_restored(letters: Letters, user: User) -> None:
    await letters.core.auth.users.delete(user_id=user.id, actor=None, origin=HERE)
    await letters.core.auth.users.restore(user_id=user.id, actor=None, origin=HERE)


async def changes_password(letters: Letters, user: User) -> None:
    await letters.core.change_password(await letters.core.log_in(user))


async def has_password_reset(letters: Letters, user: User) -> None:
    await letters.core.auth.users.reset_password(user_id=user.id, actor=None, origin=HERE)


async def gets_another_address(letters: Letters, user: User) -> None:
    await letters.core.auth.users.update(user_id=user.id, email=THERE, actor=None, origin=HERE)


@pytest.mark.covers("RST-05")
@pytest.mark.parametrize(
    "happens",
    [
        is_disabled,
        is_disabled_and_enabled,
        is_deleted_and_restored,
        changes_password,
        has_password_reset,
        gets_another_address,
        moves_to_another_address,
    ],
)
async def test_a_token_dies_with_the_account_as_it_was(letters: Letters, happens: Happening) -> None:
    user = await letters.registered()
    token = await letters.forget()
    await happens(letters, user)

    with pytest.raises(UnusableToken):
        await letters.choose(token)


@pytest.mark.covers("RST-06", "RST-09")
async def test_a_token_is_good_for_what_it_was_sent_for_and_nothing_else(letters: Letters) -> None:
    await letters.register()
    verifies = await letters.token("verify_address")
    resets = await letters.forget()
    await letters.ask_to_change(await letters.user())
    changes = await letters.token("confirm_email_change")
    uses = {"verify": letters.verify, "choose": letters.choose, "confirm": letters.confirm, "undo": letters.undo}

    for own, token in (("verify", verifies), ("choose", resets), ("confirm", changes)):
        for name, use in uses.items():
            if name != own:
                with pytest.raises(UnusableToken):
                    await use(token)
    await letters.verify(verifies)


@pytest.mark.covers("RST-10", "RST-16")
@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "a" * 43])
async def test_what_was_never_sent_is_no_token(letters: Letters, text: str) -> None:
    await letters.registered()
    await letters.forget()
    before = letters.core.hasher.hashes

    with pytest.raises(UnusableToken):
        await letters.choose(Redacted(text))

    assert letters.core.hasher.hashes == before


async def test_a_password_that_is_not_good_enough_leaves_the_token_as_it_is() -> None:
    letters = await Letters.make(passwords=PasswordPolicy(remembered=2))
    user = await letters.registered()
    await letters.core.change_password(await letters.core.log_in(ADA))
    token = await letters.forget()

    for weak in ("short", ADA, PASSWORD, OTHER_PASSWORD):
        with pytest.raises(WeakPassword) as told:
            await letters.choose(token, weak)
        assert {fault.field for fault in told.value.faults} == {"new_password"}
    letters.core.hasher.busy = True
    with pytest.raises(Busy):
        await letters.choose(token, "a third and very long password")
    letters.core.hasher.busy = False

    await letters.choose(token, "a third and very long password")
    await letters.choose(await letters.forget(), "a fourth and very long password")
    with pytest.raises(WeakPassword):
        await letters.choose(await letters.forget(), "a third and very long password")
    assert user.id == (await letters.user()).id


@pytest.mark.covers("R-V2")
async def test_whoever_asks_too_often_changes_nothing_and_the_last_token_stays_good(letters: Letters) -> None:
    await letters.registered()
    [*_, last] = [await letters.forget() for _ in range(5)]

    for _ in range(3):
        await letters.core.auth.recovery.request_password_reset(email=ADA, origin=HERE)

    assert await letters.sent() == []
    await letters.choose(last)
    letters.core.clock.advance(HOUR)
    await letters.choose(await letters.forget(), PASSWORD)


@pytest.mark.covers("RST-11")
async def test_what_is_kept_opens_nothing(letters: Letters) -> None:
    await letters.registered()
    token = (await letters.forget()).reveal()

    kept = [repr(letters.core.all_events()), repr(letters.core.store.committed.one_time_tokens)]

    assert len(token) == 43
    assert all(token not in each for each in kept)


async def test_without_mail_nothing_is_begun_that_needs_one(core: Core) -> None:
    who, recovery = await core.signed_in(), core.auth.recovery
    assert core.store.committed.one_time_tokens == {}

    with pytest.raises(NoMail):
        await recovery.request_password_reset(email=ADA, origin=HERE)
    with pytest.raises(NoMail):
        await recovery.resend_verification(email=ADA, origin=HERE)
    with pytest.raises(NoMail):
        await recovery.request_email_change(
            user_id=who.user.id, new_email=THERE, password=Redacted(PASSWORD), origin=HERE
        )
