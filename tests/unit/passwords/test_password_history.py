"""Passwords people have had before."""

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

from auth_adapters.memory import FOR_TESTS
from auth_core import InvalidCredentials, PasswordPolicy, WeakPassword, WrongPassword
from auth_core.login.model import LoggedIn
from tests.unit.core_in_memory import PASSWORD, Core

CHOSEN = [PASSWORD, *(f"what I chose the {count} time" for count in ("second", "third", "fourth", "fifth"))]


async def core_that_remembers(count: int) -> Core:
    return await Core.make(policies=replace(FOR_TESTS, passwords=PasswordPolicy(remembered=count)))


async def changed_to(core: Core, *passwords: str) -> LoggedIn:
    """Somebody who has chosen these, one after the other."""
    here = await core.log_in(await core.register(password=passwords[0]), passwords[0])
    for current, new in pairwise(passwords):
        await core.change_password(here, current, new)
    return here


async def refusal(core: Core, here: LoggedIn, current: str, new: str) -> list[tuple[str, str]]:
    with pytest.raises(WeakPassword) as caught:
        await core.change_password(here, current, new)
    return [(fault.field, fault.code) for fault in caught.value.faults]


async def test_the_latest_former_ones_are_refused_and_older_ones_are_forgotten() -> None:
    core = await core_that_remembers(2)
    here = await changed_to(core, *CHOSEN[:4])

    for former in CHOSEN[1:3]:
        assert await refusal(core, here, CHOSEN[3], former) == [("new_password", "used_before")]
    await core.change_password(here, CHOSEN[3], CHOSEN[0])
    await core.log_in(here.user, CHOSEN[0])


async def test_nothing_is_remembered_unless_it_is_asked_for(core: Core) -> None:
    here = await changed_to(core, *CHOSEN[:2])

    await core.change_password(here, CHOSEN[1], CHOSEN[0])

    assert not any(core.store.committed.former_passwords.values())


async def test_who_does_not_know_the_current_password_learns_nothing_of_former_ones() -> None:
    core = await core_that_remembers(3)
    here = await changed_to(core, *CHOSEN[:3])
    before = core.hasher.verifications

    with pytest.raises(WrongPassword):
        await core.change_password(here, "not the current password", CHOSEN[0])

    assert core.hasher.verifications == before + 1


async def test_a_change_costs_no_more_hashes_than_are_remembered() -> None:
    lavish = await core_that_remembers(4)
    here = await changed_to(lavish, *CHOSEN)
    core = replace(
        lavish, auth=(await Core.make(policies=(await core_that_remembers(1)).policies, store=lavish.store)).auth
    )
    assert len(core.store.committed.former_passwords[here.user.id]) == 4

    hasher = core.auth.passwords.change_password.hasher
    await core.change_password(here, CHOSEN[-1], "an entirely new sentence")

    assert hasher.verifications == 2  # type: ignore[attr-defined] # it is the double that counts
    assert len(core.store.committed.former_passwords[here.user.id]) == 1


async def test_of_two_changes_at_once_one_is_remembered_from() -> None:
    core = await core_that_remembers(3)
    here = await changed_to(core, *CHOSEN[:2])

    outcomes = await asyncio.gather(
        core.change_password(here, CHOSEN[1], CHOSEN[2]),
        core.change_password(here, CHOSEN[1], CHOSEN[3]),
        return_exceptions=True,
    )

    assert [type(each) for each in outcomes if each] == [WrongPassword]
    assert [each.version for each in core.store.committed.former_passwords[here.user.id]] == [2, 1]
    with pytest.raises(InvalidCredentials):
        await core.log_in(here.user, CHOSEN[1])


def test_it_is_bounded() -> None:
    for absurd in (-1, 11):
        with pytest.raises(ValueError, match="remembered"):
            PasswordPolicy(remembered=absurd)
