"""The memory adapters, beyond the contracts they keep: how they are had, and what they refuse."""

import asyncio
from types import MappingProxyType

import pytest

from auth_adapters.memory import FOR_TESTS, MemoryStore, auth_in_memory, memory_ports
from auth_core import Origin, Redacted
from auth_core.testing import NOON, MovableClock, UnsafeFastHasher, a_session, a_user, an_event
from auth_core.tokens.key_ring import KeyRing


async def test_three_lines_are_enough_to_log_somebody_in() -> None:
    auth = await auth_in_memory()
    ada = {"email": "ada@example.org", "password": Redacted("correct horse battery staple"), "origin": Origin()}
    await auth.users.register(**ada, first_name="Ada", last_name="Lovelace")  # type: ignore[arg-type]  # of mixed kinds
    logged_in = await auth.login.log_in(**ada)  # type: ignore[arg-type]  # of mixed kinds

    await auth.tokens.verify_access_token(token=logged_in.tokens.access_token.reveal())


async def test_every_piece_can_be_another() -> None:
    clock, hasher, ring = MovableClock(), UnsafeFastHasher(), KeyRing(retirement=FOR_TESTS.tokens.retirement)

    ports = memory_ports(clock=clock, hasher=hasher, key_ring=ring)

    assert (ports.clock, ports.hasher, ports.key_ring) == (clock, hasher, ring)
    await auth_in_memory(ports)
    assert [key.number for key in ring.published(NOON)] == [1]


async def test_two_cores_over_one_store_share_it_and_others_do_not() -> None:
    store, user = MemoryStore(), a_user()
    async with memory_ports(store=store).uow() as tx:
        await tx.users.add(user)

    assert await memory_ports(store=store).candidates.find(user.email.canonical)
    assert await memory_ports().candidates.find(user.email.canonical) is None


async def test_a_transaction_inside_a_transaction_is_refused_and_does_not_hang() -> None:
    ports = memory_ports()
    session = a_session(a_user().id)

    async with asyncio.timeout(5), ports.uow():
        with pytest.raises(RuntimeError, match="not nested"):
            async with ports.uow():
                pass
        with pytest.raises(RuntimeError, match="not nested"):
            await ports.refresh_chains.advance(session.id, 0, now=NOON, idle=session.ends_at - NOON)

    async with asyncio.timeout(5), ports.uow():
        pass


async def test_an_event_does_not_change_with_what_it_was_made_of() -> None:
    ports, event = memory_ports(), an_event(a_user().id)
    async with ports.uow() as tx:
        await tx.audit.record(event)

    event.details["reason"] = "another"  # type: ignore[index]  # what a caller might do

    async with ports.uow() as tx:
        [kept] = await tx.audit.latest(subject=event.subject or a_user().id, limit=1)
    assert kept.details["reason"] == "logged_out"
    assert isinstance(kept.details, MappingProxyType)
