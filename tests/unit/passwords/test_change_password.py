"""Replacing one's password."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from auth_core import (
    Busy,
    InvalidCredentials,
    InvalidRefreshToken,
    RevokedToken,
    WeakPassword,
    WrongPassword,
)
from auth_core.audit.events import EventKind, Outcome
from auth_core.revocation.model import Reason
from tests.unit.core_in_memory import HERE, OTHER_PASSWORD, PASSWORD, Core
from tests.unit.gated_hasher import GatedHasher


async def test_the_new_password_counts_and_the_old_one_does_not(core: Core) -> None:
    signed_in = await core.signed_in()

    await core.change_password(signed_in)

    await core.log_in(signed_in.user, OTHER_PASSWORD)
    with pytest.raises(InvalidCredentials):
        await core.log_in(signed_in.user, PASSWORD)


@pytest.mark.covers("RFR-09", "R-P6", "R-F3", "JWT-20")
async def test_every_other_session_ends_and_this_one_goes_on(core: Core) -> None:
    here = await core.signed_in()
    others = [(await core.log_in(here.user)).tokens for _ in range(2)]

    await core.change_password(here)

    for tokens in others:
        with pytest.raises(RevokedToken):
            await core.auth.tokens.verify_access_token(token=tokens.access_token.reveal())
        with pytest.raises(InvalidRefreshToken):
            await core.auth.sessions.refresh(refresh_token=tokens.refresh_token, origin=HERE)
        assert core.store.committed.sessions[tokens.session.id].ended_because is Reason.PASSWORD_CHANGED
    await core.auth.tokens.verify_access_token(token=here.tokens.access_token.reveal())
    await core.auth.sessions.refresh(refresh_token=here.tokens.refresh_token, origin=HERE)


async def test_other_people_do_not_notice(core: Core) -> None:
    here, bystander = await core.signed_in(), await core.signed_in()

    await core.change_password(here)

    await core.auth.tokens.verify_access_token(token=bystander.tokens.access_token.reveal())
    await core.log_in(bystander.user)


async def test_a_change_is_recorded(core: Core) -> None:
    here = await core.signed_in()
    await core.log_in(here.user)

    await core.change_password(here)

    event = (await core.events(here.user.id))[-1]
    assert (event.kind, event.outcome) == (EventKind.PASSWORD_CHANGED, Outcome.SUCCESS)
    assert (event.session_id, event.details) == (here.tokens.session.id, {"sessions_ended": 1})


@pytest.mark.covers("PWD-15")
async def test_without_the_current_password_nothing_changes_and_the_attempt_is_kept(core: Core) -> None:
    here = await core.signed_in()
    other = await core.log_in(here.user)
    before = core.hasher.hashes

    with pytest.raises(WrongPassword):
        await core.change_password(here, current="not the current password")

    event = (await core.events(here.user.id))[-1]
    assert (event.kind, event.outcome) == (EventKind.PASSWORD_CHANGE_FAILED, Outcome.FAILURE)
    assert core.hasher.hashes == before
    await core.log_in(here.user, PASSWORD)
    await core.auth.tokens.verify_access_token(token=other.tokens.access_token.reveal())


@pytest.mark.covers("PWD-15")
async def test_a_password_that_cannot_be_used_is_refused_before_anything_is_compared(core: Core) -> None:
    here = await core.signed_in()
    before = core.hasher.verifications

    for new, code in (("short", "too_short"), (PASSWORD, "unchanged"), ("zzzzzzzzzz", "one_character")):
        with pytest.raises(WeakPassword) as caught:
            await core.change_password(here, new=new)
        assert [(fault.field, fault.code) for fault in caught.value.faults] == [("new_password", code)]

    assert core.hasher.verifications == before


async def test_nothing_changes_when_nobody_can_hash(core: Core) -> None:
    here = await core.signed_in()
    core.hasher.busy = True

    with pytest.raises(Busy):
        await core.change_password(here)

    assert core.store.committed.passwords[here.user.id].version == 1


@pytest.mark.covers("PWD-17")
async def test_of_two_changes_at_once_exactly_one_is_made() -> None:
    hasher = GatedHasher()
    core = await Core.make(hasher=hasher)
    here = await core.signed_in()
    there = await core.log_in(here.user)
    hasher.hold()
    changes: list[Callable[[], Awaitable[None]]] = [
        partial(core.change_password, here, new="the password I chose here"),
        partial(core.change_password, there, new="the password I chose there"),
    ]

    tasks = [asyncio.ensure_future(change()) for change in changes]
    for _ in range(20):
        await asyncio.sleep(0)  # Until both have read the current password.
    hasher.let_go()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes if outcome] == [WrongPassword]
    assert core.store.committed.passwords[here.user.id].version == 2
    assert len(await core.auth.sessions.list(user_id=here.user.id)) == 1
    winner = "here" if outcomes[0] is None else "there"
    await core.log_in(here.user, f"the password I chose {winner}")


async def test_a_change_fails_when_its_user_is_disabled_meanwhile() -> None:
    hasher = GatedHasher()
    core = await Core.make(hasher=hasher)
    here = await core.signed_in()
    hasher.hold()

    changing = asyncio.create_task(core.change_password(here))
    await hasher.waiting.wait()
    await core.disable(here.user)
    hasher.let_go()

    with pytest.raises(WrongPassword):
        await changing
    assert core.store.committed.passwords[here.user.id].version == 1
