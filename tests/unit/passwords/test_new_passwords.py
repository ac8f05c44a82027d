"""Every way to a new password leads through the same judgement."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

import pytest

from auth_adapters.memory import FOR_TESTS, MemoryStore, auth_in_memory, memory_ports
from auth_core import AuthError, BreachFallback, PasswordPolicy, Redacted, Rejected, Unavailable, WeakPassword
from auth_core.testing import KnownBreaches, MovableClock, UnsafeFastHasher
from tests.unit.core_in_memory import HERE, OTHER_PASSWORD, PASSWORD, Core

LEAKED = "a password that has leaked"
WORDS = ("Acme Cloud",)


async def core_with(breached: KnownBreaches | None, **policy: object) -> Core:
    passwords = PasswordPolicy(service_words=WORDS, **policy)  # type: ignore[arg-type] # as the test has it
    policies = replace(FOR_TESTS, passwords=passwords)
    store, clock, hasher = MemoryStore(), MovableClock(), UnsafeFastHasher()
    ports = memory_ports(store=store, policies=policies, clock=clock, hasher=hasher, breached_passwords=breached)
    auth = await auth_in_memory(ports, policies=policies)
    return Core(auth=auth, ports=ports, policies=policies, store=store, clock=clock, hasher=hasher)


async def register(core: Core, password: str) -> None:
    await core.register(password=password)


async def create(core: Core, password: str) -> None:
    await core.auth.users.create(
        email="grace@example.com",
        password=Redacted(password),
        first_name="Ada",
        last_name="Lovelace",
        actor=None,
        origin=HERE,
    )


async def change(core: Core, password: str) -> None:
    await core.change_password(await core.signed_in(), new=password)


type Way = Callable[[Core, str], Awaitable[None]]
WAYS: Final[tuple[Way, ...]] = (register, create, change)
every_way = pytest.mark.parametrize("way", WAYS)


async def refusal(way: Way, core: Core, password: str) -> list[str]:
    with pytest.raises(WeakPassword) as caught:
        await way(core, password)
    return [fault.code for fault in caught.value.faults]


@every_way
@pytest.mark.covers("PWD-14", "R-P5")
async def test_every_way_to_a_password_refuses_what_is_tried_first(way: Way) -> None:
    core = await core_with(KnownBreaches(LEAKED))

    for password, codes in (
        ("sunshine2024", ["common"]),
        ("qwertyuiop", ["sequence"]),
        ("l0velace", ["too_personal"]),
        ("acmecl0ud", ["names_the_service"]),
        ("letmein", ["too_short", "common"]),
        (LEAKED, ["breached"]),
    ):
        assert await refusal(way, core, password) == codes, password


@every_way
async def test_what_nobody_knows_may_be_used(way: Way) -> None:
    core = await core_with(KnownBreaches(LEAKED))

    await way(core, OTHER_PASSWORD)

    assert core.auth.tallies.breach_checks.counts == ({"clear": 2} if way is change else {"clear": 1})


@every_way
async def test_without_an_answer_it_is_used_and_counted(way: Way) -> None:
    breached = KnownBreaches(LEAKED)
    core = await core_with(breached)
    breached.down = True

    await way(core, LEAKED)

    assert "unknown" in core.auth.tallies.breach_checks.counts


@every_way
async def test_where_the_policy_says_so_it_is_refused_for_now(way: Way) -> None:
    breached = KnownBreaches()
    core = await core_with(breached, breach_fallback=BreachFallback.REFUSE)
    here = await core.signed_in()
    breached.down = True
    before = core.hasher.hashes

    with pytest.raises(Unavailable):
        await (core.change_password(here) if way is change else way(core, OTHER_PASSWORD))

    assert core.hasher.hashes == before


async def test_nobody_is_asked_about_a_password_that_is_refused_anyway() -> None:
    breached = KnownBreaches()
    core = await core_with(breached)

    await refusal(register, core, "short")
    await refusal(create, core, "sunshine2024")

    assert breached.asked == 0


async def test_a_leak_is_told_together_with_what_else_is_wrong() -> None:
    core = await core_with(KnownBreaches(LEAKED))

    with pytest.raises(Rejected) as caught:
        await core.register(email="nobody", password=LEAKED)

    assert [(fault.field, fault.code) for fault in caught.value.faults] == [
        ("email", "invalid_email"),
        ("password", "breached"),
    ]


async def test_the_current_password_is_unchanged_however_it_is_composed() -> None:
    core = await core_with(None)
    user = await core.register(password="caf\u00e9 au lait")
    here = await core.log_in(user, "caf\u00e9 au lait")

    with pytest.raises(WeakPassword) as caught:
        await core.change_password(here, current="caf\u00e9 au lait", new="cafe\u0301 au lait")

    assert [fault.code for fault in caught.value.faults] == ["unchanged"]


async def test_others_are_asked_while_neither_a_connection_nor_a_turn_is_held() -> None:
    class Looking(KnownBreaches):
        async def has(self, password: Redacted[str]) -> bool:
            async with core.ports.uow():  # there is only one at a time
                assert not turns
            return await super().has(password)

    turns: list[object] = []
    core = await core_with(Looking())
    turn = core.hasher.turn

    def noted() -> object:
        turns.append(None)
        return turn()

    core.hasher.turn = noted  # type: ignore[method-assign,assignment] # tells when somebody stands in line
    for way in (register, create):
        await way(core, PASSWORD)
        assert len(turns) == 1
        turns.clear()
    here = await core.log_in(await core.register(email="lin@example.com"))
    turns.clear()
    with pytest.raises(AuthError):
        await core.change_password(here, current="not the current password")
    assert len(turns) == 1
