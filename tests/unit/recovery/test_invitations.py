"""An account waits for whoever was invited: it is theirs by the mail to their address, once, and of no use before."""

import asyncio
from datetime import timedelta

import pytest

from auth_core import (
    BeyondYourRights,
    EmailTaken,
    InvalidCredentials,
    InvitationPending,
    InvitationsClosed,
    LastAdministrator,
    NoMail,
    NotInvited,
    Redacted,
    RegistrationClosed,
    RegistrationMode,
    Rejected,
    UnusableToken,
    UserNotFound,
    WeakPassword,
)
from auth_core.audit.events import EventKind, Outcome
from auth_core.users.model import UserStatus
from auth_core.verification.model import Purpose
from tests.unit.core_in_memory import DAY, HERE, OTHER_PASSWORD, PASSWORD, SECOND, Core
from tests.unit.recovery.letters import ADA, THERE, Letters


@pytest.fixture
async def letters() -> Letters:
    return await Letters.make(RegistrationMode.INVITATION)


@pytest.mark.covers("RST-12", "R-P8")
async def test_whoever_accepts_has_the_roles_they_were_given_and_a_proven_address(letters: Letters) -> None:
    invited = await letters.invite(ADA, "admin")
    assert (invited.status, await letters.sent()) == (UserStatus.INVITED, [(ADA, "invitation")])
    letters.core.clock.advance(DAY)
    seen = await letters.core.auth.recovery.look_at_invitation(token=await letters.token("invitation"), origin=HERE)
    assert (seen.email.address, seen.first_name, seen.expires_at) == (ADA, "Ada", letters.core.clock.now() + 6 * DAY)

    accepted = await letters.accept(await letters.token("invitation"))

    assert (accepted.id, accepted.status, accepted.invitation) == (invited.id, UserStatus.ACTIVE, None)
    assert accepted.email_verified_at == letters.core.clock.now()
    held = await letters.core.log_in(ADA)
    assert held.tokens.principal.roles == ("admin", "user")
    kinds = await letters.core.kinds_of_events(invited.id)
    assert kinds == [EventKind.USER_INVITED, EventKind.INVITATION_ACCEPTED, EventKind.LOGGED_IN]
    assert (await letters.core.events(invited.id))[0].details == {"roles": "admin"}
    assert letters.purposes() == set()


@pytest.mark.covers("RST-02", "RST-03", "RST-04", "RST-05", "RST-06", "RST-16", "R-V1")
async def test_a_token_that_is_used_old_replaced_withdrawn_or_another_ones_is_refused_alike(letters: Letters) -> None:
    used = await letters.invited("used@example.org")
    await letters.accept(used)
    replaced = await letters.invited("replaced@example.org")
    await letters.invite_again(await letters.user("replaced@example.org"))
    newest = await letters.token("invitation")
    withdrawn = await letters.invited("withdrawn@example.org")
    await letters.withdraw(await letters.user("withdrawn@example.org"))
    moved = await letters.invited("moved@example.org")
    await _move(letters, "moved@example.org", "elsewhere@example.org")
    deleted = await letters.invited("deleted@example.org")
    await letters.core.delete(await letters.user("deleted@example.org"))
    reset = await letters.forget("used@example.org")
    hashes = letters.core.hasher.hashes

    refusals = []
    for token in (used, replaced, withdrawn, moved, deleted, reset, Redacted("nothing"), Redacted("")):
        with pytest.raises(UnusableToken) as told:
            await letters.accept(token, OTHER_PASSWORD)
        with pytest.raises(UnusableToken):
            await letters.core.auth.recovery.look_at_invitation(token=token, origin=HERE)
        refusals.append((told.value.code, [fault.code for fault in told.value.faults]))

    assert len(set(map(str, refusals))) == 1
    assert letters.core.hasher.hashes == hashes
    await letters.accept(newest)
    late = await letters.invited("late@example.org")
    letters.core.clock.advance(7 * DAY)
    with pytest.raises(UnusableToken):
        await letters.accept(late)


async def _move(letters: Letters, email: str, to: str) -> None:
    user = await letters.user(email)
    await letters.core.auth.users.update(user_id=user.id, email=to, actor=None, origin=HERE)


@pytest.mark.covers("RST-02")
async def test_of_many_who_accept_at_once_one_does(letters: Letters) -> None:
    token = await letters.invited()

    outcomes = await asyncio.gather(
        *(letters.accept(token, password) for password in (PASSWORD, OTHER_PASSWORD) * 4), return_exceptions=True
    )

    names = [type(each).__name__ for each in outcomes]
    assert (names.count("User"), names.count("UnusableToken")) == (1, 7)
    kinds = await letters.core.kinds_of_events((await letters.user()).id)
    assert kinds.count(EventKind.INVITATION_ACCEPTED) == 1


@pytest.mark.covers("R-T3")
async def test_nobody_signs_in_recovers_or_proves_anything_before_accepting(letters: Letters) -> None:
    user = await letters.invite()
    await letters.sent()
    counted = (letters.core.hasher.hashes, letters.core.hasher.verifications)

    for email in (ADA, "unknown@example.org"):
        with pytest.raises(InvalidCredentials):
            await letters.core.log_in(email)
        await letters.core.auth.recovery.request_password_reset(email=email, origin=HERE)
        await letters.resend(email)

    assert await letters.sent() == []
    hashes, verifications = counted
    assert (letters.core.hasher.hashes, letters.core.hasher.verifications) == (hashes, verifications + 2)
    assert letters.purposes() == {Purpose.ACCEPT_INVITATION}
    failure = next(each for each in await letters.core.events(user.id) if each.kind is EventKind.LOGIN_FAILED)
    assert failure.outcome is Outcome.FAILURE


async def test_names_the_invitation_did_not_say_are_asked_for_and_others_can_be_put_right(letters: Letters) -> None:
    await letters.invite(named=False)
    token = await letters.token("invitation")

    with pytest.raises(Rejected) as told:
        await letters.accept(token, "short", last_name="Byron", locale="not a language")
    accepted = await letters.accept(token, first_name="Augusta Ada", last_name="Byron", locale="DE-at")

    assert [fault.field for fault in told.value.faults] == ["first_name", "locale", "password"]
    assert (accepted.first_name, accepted.last_name, accepted.locale) == ("Augusta Ada", "Byron", "de-AT")
    await letters.invite(THERE, locale="de")
    kept = await letters.accept(await letters.token("invitation"), last_name="King")
    assert (kept.first_name, kept.last_name, kept.locale) == ("Ada", "King", "de")


@pytest.mark.covers("PWD-14", "R-P5")
async def test_a_password_that_is_not_good_enough_leaves_the_token_as_it_is(letters: Letters) -> None:
    token = await letters.invited()

    for weak in ("short", "LovelaceAda"):
        with pytest.raises(WeakPassword):
            await letters.accept(token, weak)

    await letters.accept(token)


@pytest.mark.covers("AUZ-06")
async def test_nobody_invites_to_more_than_they_may_do_nor_touches_such_an_invitation(letters: Letters) -> None:
    core = letters.core
    await core.role("clerk", "users:write")
    clerk = await core.create("clerk@example.org", "clerk")
    above = await letters.invite(THERE, "admin")
    await letters.sent()

    with pytest.raises(BeyondYourRights):
        await letters.invite(ADA, "admin", actor=clerk)
    for act in (letters.invite_again, letters.withdraw):
        with pytest.raises(BeyondYourRights):
            await act(above, actor=clerk)
    below = await letters.invite(ADA, "clerk", actor=clerk)

    assert await letters.sent() == [(ADA, "invitation")]
    assert below.invitation is not None
    assert below.invitation.by == clerk.id
    refused = [each.details for each in await core.events(above.id) if each.kind is EventKind.USER_CHANGE_REFUSED]
    assert [each["attempted"] for each in refused] == ["invitation.sent_again", "invitation.withdrawn"]
    await letters.accept(await letters.token("invitation"))


async def test_sent_again_it_is_good_for_as_long_as_the_first_time(letters: Letters) -> None:
    user = await letters.invite()
    letters.core.clock.advance(6 * DAY)

    again = await letters.invite_again(user)
    letters.core.clock.advance(timedelta(days=7) - SECOND)

    assert again.invitation is not None
    assert again.invitation.expires_at == letters.core.clock.now() + SECOND
    await letters.accept(await letters.token("invitation"))
    kinds = await letters.core.kinds_of_events(user.id)
    assert kinds == [EventKind.USER_INVITED, EventKind.INVITATION_SENT_AGAIN, EventKind.INVITATION_ACCEPTED]


async def test_what_is_withdrawn_is_gone_with_the_mail_that_waits(letters: Letters) -> None:
    user = await letters.invite()

    await letters.withdraw(user)

    assert await letters.sent() == []
    with pytest.raises(UserNotFound):
        await letters.user()
    with pytest.raises(UserNotFound):
        await letters.withdraw(user)
    assert (await letters.core.kinds_of_events(user.id))[-1] is EventKind.INVITATION_WITHDRAWN
    await letters.accept(await letters.invited())


async def test_whoever_has_accepted_is_neither_invited_again_nor_withdrawn(letters: Letters) -> None:
    user = await letters.accept(await letters.invited())

    for act in (letters.invite_again, letters.withdraw):
        with pytest.raises(NotInvited):
            await act(user)

    await letters.core.log_in(ADA)


async def test_an_invited_user_is_neither_enabled_disabled_nor_given_a_password(letters: Letters) -> None:
    user = await letters.invite()
    users = letters.core.auth.users

    for act in (users.enable, users.disable, users.reset_password, users.force_password_change):
        with pytest.raises(InvitationPending):
            await act(user_id=user.id, actor=None, origin=HERE)

    assert (await letters.user()).status is UserStatus.INVITED
    # Nothing to end is no obstacle.
    assert await letters.core.auth.sessions.end_all_of_user(user_id=user.id, actor=None, origin=HERE) == 0


async def test_an_invited_user_is_deleted_restored_and_invited_again(letters: Letters) -> None:
    user = await letters.invite()
    first = await letters.token("invitation")
    await letters.core.delete(user)
    await letters.core.restore(user)

    with pytest.raises(UnusableToken):
        await letters.accept(first)
    await letters.invite_again(user)

    assert (await letters.accept(await letters.token("invitation"))).id == user.id


@pytest.mark.covers("AUZ-04")
async def test_an_invited_administrator_is_not_yet_one(letters: Letters) -> None:
    last = await letters.core.create(THERE, "admin")
    await letters.invite(ADA, "admin")

    with pytest.raises(LastAdministrator):
        await letters.core.disable(last)


@pytest.mark.covers("REG-18")
async def test_without_an_invitation_registration_is_refused_as_where_it_is_closed(letters: Letters) -> None:
    closed = await Letters.make(RegistrationMode.CLOSED)
    await letters.invite()
    await letters.sent()

    told = []
    for which in (letters, closed):
        for email in (ADA, THERE):
            with pytest.raises(RegistrationClosed) as refusal:
                await which.register(email)
            told.append(str(refusal.value))

    assert len(set(told)) == 1
    assert await letters.sent() == []
    assert letters.core.hasher.hashes == 0


@pytest.mark.covers("REG-02", "REG-03")
async def test_an_invited_address_is_like_any_other_that_is_taken() -> None:
    letters = await Letters.make(RegistrationMode.VERIFIED)
    await letters.invite()
    token = await letters.token("invitation")
    await letters.registered(THERE)
    hashes = letters.core.hasher.hashes

    answers = [await letters.register(email) for email in (ADA, THERE, "free@example.org")]

    assert answers == [None, None, None]
    assert letters.core.hasher.hashes == hashes + 3
    assert await letters.sent() == [
        (ADA, "address_taken"),
        (THERE, "address_taken"),
        ("free@example.org", "verify_address"),
    ]
    with pytest.raises(EmailTaken):
        await letters.invite(THERE)
    # A stranger who registers the address takes nothing from whoever was invited.
    await letters.accept(token)


async def test_where_registration_is_closed_nobody_is_invited_and_nobody_accepts() -> None:
    letters = await Letters.make(RegistrationMode.CLOSED)

    with pytest.raises(InvitationsClosed):
        await letters.invite()
    with pytest.raises(RegistrationClosed):
        await letters.accept(Redacted("whatever"))
    with pytest.raises(RegistrationClosed):
        await letters.core.auth.recovery.look_at_invitation(token=Redacted("whatever"), origin=HERE)


async def test_nobody_is_invited_where_there_is_no_mail() -> None:
    core = await Core.make()

    with pytest.raises(NoMail):
        await core.auth.users.invite(email=ADA, actor=None, origin=HERE)


async def test_the_mail_is_in_the_language_of_whoever_is_invited(letters: Letters) -> None:
    await letters.invite(locale="de")

    [letter] = [each.letter for each in letters.core.store.committed.letters.values()]

    assert letter.to.locale == "de"
