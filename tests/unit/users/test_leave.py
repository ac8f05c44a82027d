"""A person leaves."""

import asyncio

import pytest

from auth_core import InvalidCredentials, LastAdministrator, Redacted, RevokedToken, UserNotFound, WrongPassword
from auth_core.audit.events import EventKind, Outcome
from auth_core.login.model import LoggedIn
from auth_core.outbox.messages import AccountDeleted
from auth_core.users.model import UserStatus
from tests.unit.core_in_memory import DAY, HERE, OTHER_PASSWORD, PASSWORD, Core
from tests.unit.gated_hasher import GatedHasher
from tests.unit.recovery.letters import ADA, Letters


async def leave(core: Core, who: LoggedIn, password: str = PASSWORD) -> None:
    await core.auth.users.leave(
        user_id=who.user.id, session_id=who.tokens.session.id, password=Redacted(password), origin=HERE
    )


@pytest.mark.covers("AUZ-12", "R-S4")
async def test_whoever_leaves_holds_nothing_that_is_good_and_can_be_brought_back(core: Core) -> None:
    phone = await core.signed_in()
    laptop = await core.log_in(phone.user)

    await leave(core, phone)

    for each in (phone, laptop):
        with pytest.raises(RevokedToken):
            await core.auth.tokens.verify_access_token(token=each.tokens.access_token.reveal())
    left = await core.auth.users.look_up_by_email(email=phone.user.email.address)
    assert (left.status, left.deleted_at) == (UserStatus.DELETED, core.clock.now())
    event = (await core.events(phone.user.id))[-1]
    assert (event.kind, event.actor, event.origin) == (EventKind.USER_DELETED, phone.user.id, HERE)
    assert event.details == {"sessions_ended": 2}
    with pytest.raises(InvalidCredentials):
        await core.log_in(phone.user)
    await core.restore(phone.user)
    await core.log_in(phone.user)


async def test_a_notice_says_until_when_the_account_can_be_restored() -> None:
    letters = await Letters.make()
    await letters.register()
    await leave(letters.core, await letters.core.log_in(ADA))

    sent = await letters.sent()

    assert (ADA, "account_deleted") in sent
    now = letters.core.clock.now()
    assert list(letters.wording.of_kind("account_deleted")) == [AccountDeleted(at=now, restorable_until=now + 30 * DAY)]


async def test_whoever_does_not_know_the_password_takes_nothing_away_and_is_written_down(core: Core) -> None:
    who = await core.signed_in()

    with pytest.raises(WrongPassword):
        await leave(core, who, OTHER_PASSWORD)

    await core.auth.tokens.verify_access_token(token=who.tokens.access_token.reveal())
    event = (await core.events(who.user.id))[-1]
    assert (event.kind, event.outcome, event.actor) == (
        EventKind.USER_CHANGE_REFUSED,
        Outcome.FAILURE,
        who.user.id,
    )
    assert event.details == {"attempted": "user.deleted", "reason": "wrong_password"}


@pytest.mark.covers("AUZ-04")
async def test_the_last_administrator_cannot_leave_and_the_one_before_can(core: Core) -> None:
    first, second = [await core.create(f"{name}@example.org", "admin") for name in ("first", "second")]
    await leave(core, await core.log_in(first))
    last = await core.log_in(second)

    with pytest.raises(LastAdministrator):
        await leave(core, last)

    await core.log_in(second)


async def test_what_happens_while_the_password_is_checked_counts() -> None:
    hasher = GatedHasher()
    core = await Core.make(hasher=hasher)
    changed, disabled = await core.signed_in(), await core.signed_in()

    outcomes: list[BaseException | None] = []
    for who in (changed, disabled):
        hasher.hold()
        leaving = asyncio.create_task(leave(core, who))
        await hasher.waiting.wait()
        if who is disabled:
            await core.disable(who.user)
        else:
            await core.auth.users.reset_password(user_id=who.user.id, actor=None, origin=HERE)
        hasher.let_go()
        [outcome] = await asyncio.gather(leaving, return_exceptions=True)
        outcomes.append(outcome)

    assert [type(each) for each in outcomes] == [WrongPassword, UserNotFound]
    assert {core.store.committed.users[each.user.id].deleted_at for each in (changed, disabled)} == {None}
