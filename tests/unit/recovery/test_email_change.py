"""An address takes the place of another when it is proven, and whoever was robbed takes theirs back."""

import asyncio

import pytest

from auth_core import (
    EmailTaken,
    InvalidCredentials,
    InvalidRefreshToken,
    RegistrationMode,
    Rejected,
    UnusableToken,
    WrongPassword,
)
from auth_core.audit.events import EventKind, Outcome
from auth_core.verification.model import Purpose
from tests.unit.core_in_memory import DAY, OTHER_PASSWORD, PASSWORD
from tests.unit.recovery.letters import ADA, THERE, Letters

THIEF, THIEF_TOO = "eve@example.net", "eve@example.com"


@pytest.fixture
async def letters() -> Letters:
    return await Letters.make()


@pytest.mark.covers("RST-17", "RST-19", "R-V5")
async def test_the_address_changes_when_the_new_one_is_proven_and_the_old_one_is_told(letters: Letters) -> None:
    user = await letters.registered()
    held = await letters.core.log_in(ADA)
    await letters.ask_to_change(user)
    assert (await letters.user()).email == user.email
    assert await letters.sent() == [(THERE, "confirm_email_change")]

    await letters.confirm(await letters.token("confirm_email_change"))

    moved = await letters.user(THERE)
    assert (moved.id, moved.email.address) == (user.id, THERE)
    assert moved.email_verified_at == letters.core.clock.now()
    assert await letters.sent() == [(user.email.address, "email_changed")]
    await letters.core.auth.sessions.refresh(refresh_token=held.tokens.refresh_token, origin=held.tokens.session.origin)
    kinds = await letters.core.kinds_of_events(user.id)
    assert kinds[-2:] == [EventKind.EMAIL_CHANGE_ASKED, EventKind.EMAIL_CHANGED]


@pytest.mark.covers("RST-17", "R-V5")
async def test_nothing_is_sent_without_the_password(letters: Letters) -> None:
    user = await letters.registered()

    with pytest.raises(WrongPassword):
        await letters.ask_to_change(user, password=OTHER_PASSWORD)

    assert await letters.sent() == []
    [*_, asked] = await letters.core.events(user.id)
    assert (asked.kind, asked.outcome) == (EventKind.EMAIL_CHANGE_ASKED, Outcome.FAILURE)


async def test_what_is_no_address_or_no_other_one_is_refused(letters: Letters) -> None:
    user = await letters.registered()

    for new, code in (("nobody", "invalid_email"), (user.email.address, "unchanged")):
        with pytest.raises(Rejected) as told:
            await letters.ask_to_change(user, new)
        assert [(fault.field, fault.code) for fault in told.value.faults] == [("new_email", code)]


async def test_another_spelling_is_another_address_that_nobody_can_undo(letters: Letters) -> None:
    user = await letters.registered()

    await letters.change(user, ADA.upper())

    assert (await letters.user()).email.address == "ADA@example.org"
    assert await letters.sent() == []


@pytest.mark.covers("REG-02")
async def test_whose_address_it_is_already_is_told_and_whoever_asks_is_not(letters: Letters) -> None:
    user, owner = await letters.registered(), await letters.registered(THERE)

    await letters.ask_to_change(user, THERE.upper())

    assert await letters.sent() == [(owner.email.address, "address_taken")]


@pytest.mark.covers("RST-18")
async def test_an_address_that_was_taken_meanwhile_is_not_got_and_nothing_is_lost(letters: Letters) -> None:
    user = await letters.registered()
    await letters.ask_to_change(user)
    token = await letters.token("confirm_email_change")
    await letters.register(THERE)

    for _ in range(2):
        with pytest.raises(EmailTaken):
            await letters.confirm(token)

    assert (await letters.user()).email == user.email


@pytest.mark.covers("RST-17", "RST-02", "RST-04")
async def test_the_last_change_asked_for_counts_and_a_token_gives_its_own_address_once(letters: Letters) -> None:
    user = await letters.registered()
    await letters.ask_to_change(user, THIEF)
    first = await letters.token("confirm_email_change")
    await letters.ask_to_change(user, THERE)
    second = await letters.token("confirm_email_change")

    with pytest.raises(UnusableToken):
        await letters.confirm(first)
    outcomes = await asyncio.gather(letters.confirm(second), letters.confirm(second), return_exceptions=True)

    assert sorted(type(each).__name__ for each in outcomes) == ["NoneType", "UnusableToken"]
    assert (await letters.user(THERE)).id == user.id
    assert Purpose.CHANGE_EMAIL not in letters.purposes()


@pytest.mark.covers("RST-19")
async def test_who_was_robbed_takes_the_account_back_and_the_thief_knows_no_password_of_it(letters: Letters) -> None:
    user = await letters.registered()
    thief = await letters.core.log_in(ADA)
    await letters.change(user, THIEF)
    undo = await letters.token("email_changed")
    await letters.core.change_password(thief)
    letters.core.clock.advance(6 * DAY)
    assert await letters.sent()

    await letters.undo(undo)

    back = await letters.user()
    assert (back.id, back.email.address) == (user.id, user.email.address)
    assert back.email_verified_at == letters.core.clock.now()
    for password in (PASSWORD, OTHER_PASSWORD):
        with pytest.raises(InvalidCredentials):
            await letters.core.log_in(ADA, password)
    with pytest.raises(InvalidRefreshToken):
        await letters.core.auth.sessions.refresh(
            refresh_token=thief.tokens.refresh_token, origin=thief.tokens.session.origin
        )
    assert await letters.sent() == [(user.email.address, "reset_password")]
    await letters.choose(await letters.token("reset_password"))
    await letters.core.log_in(ADA, OTHER_PASSWORD)
    assert EventKind.EMAIL_CHANGE_UNDONE.is_alarm


@pytest.mark.covers("RST-19")
async def test_a_thief_who_changes_it_twice_can_undo_nothing_and_the_owner_everything(letters: Letters) -> None:
    user = await letters.registered()
    await letters.change(user, THIEF)
    owners = await letters.token("email_changed")
    await letters.change(user, THIEF_TOO)
    thiefs = await letters.token("email_changed")
    await letters.ask_to_change(user, "eve@example.org")
    pending = await letters.token("confirm_email_change")
    resets = await letters.forget(THIEF_TOO)

    await letters.undo(owners)

    for use, token in ((letters.undo, thiefs), (letters.confirm, pending), (letters.choose, resets)):
        with pytest.raises(UnusableToken):
            await use(token)
    with pytest.raises(UnusableToken):
        await letters.undo(owners)
    assert (await letters.user()).id == user.id


async def test_who_moved_twice_can_undo_the_last_and_then_the_first(letters: Letters) -> None:
    user = await letters.registered()
    await letters.change(user, THERE)
    first = await letters.token("email_changed")
    letters.core.clock.advance(DAY)
    await letters.change(user, THIEF)
    last = await letters.token("email_changed")

    await letters.undo(last)
    assert (await letters.user(THERE)).id == user.id
    await letters.undo(first)

    assert (await letters.user()).id == user.id


@pytest.mark.covers("RST-19")
@pytest.mark.parametrize("mode", [RegistrationMode.OPEN, RegistrationMode.VERIFIED])
async def test_nobody_registers_an_address_that_can_still_be_taken_back(mode: RegistrationMode) -> None:
    letters = await Letters.make(mode)
    user = await letters.registered()
    await letters.change(user, THIEF)
    undo = await letters.token("email_changed")

    try:
        assert await letters.register() is None
    except EmailTaken:
        assert mode is RegistrationMode.OPEN
    else:
        assert await letters.sent() == [(ADA, "address_taken")]

    await letters.undo(undo)
    assert (await letters.user()).id == user.id


async def test_an_address_is_free_when_it_cannot_be_taken_back_any_more(letters: Letters) -> None:
    user = await letters.registered()
    await letters.change(user, THERE)
    undo = await letters.token("email_changed")
    letters.core.clock.advance(7 * DAY)

    assert await letters.register() is not None

    with pytest.raises(UnusableToken):
        await letters.undo(undo)


async def test_an_address_nobody_ever_proved_is_told_nothing(letters: Letters) -> None:
    user = await letters.register()
    assert user is not None
    await letters.sent()

    await letters.change(user)

    assert await letters.sent() == []
    assert (await letters.user(THERE)).email_verified_at is not None


async def test_nothing_is_undone_of_an_account_that_was_closed(letters: Letters) -> None:
    user = await letters.registered()
    await letters.change(user)
    undo = await letters.token("email_changed")
    await letters.core.disable(user)
    await letters.core.enable(user)

    with pytest.raises(UnusableToken):
        await letters.undo(undo)
