"""Readiness: every reason not to send requests here, and no waiting."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import pytest

from auth_adapters.memory import FOR_TESTS, auth_in_memory, memory_ports
from auth_core.testing import NOON, MovableClock
from auth_core.tokens.key_ring import KeyRing
from auth_http.readiness import Readiness
from tests.unit.operations.storage_in_memory import StorageInMemory


class SilentStorage(StorageInMemory):
    """Never answers."""

    async def check(self) -> Mapping[str, str | None]:
        await asyncio.Event().wait()
        return {}


async def ring_with_a_key(clock: MovableClock) -> KeyRing:
    ports = memory_ports(clock=clock)
    await auth_in_memory(ports)
    return ports.key_ring


async def test_all_is_well() -> None:
    clock = MovableClock(NOON)
    readiness = Readiness(storage=StorageInMemory(), key_ring=await ring_with_a_key(clock), clock=clock)

    checks = await readiness.check()

    assert checks == {"database": None, "migrations": None, "keys": None, "serving": None}


async def test_without_a_key_that_signs_it_is_not_ready() -> None:
    ring = KeyRing(retirement=FOR_TESTS.tokens.retirement)
    readiness = Readiness(storage=StorageInMemory(), key_ring=ring, clock=MovableClock(NOON))

    assert (await readiness.check())["keys"] == "no key signs"


@pytest.mark.covers("PRC-02")
async def test_once_it_drains_it_is_not_ready() -> None:
    clock = MovableClock(NOON)
    readiness = Readiness(storage=StorageInMemory(), key_ring=await ring_with_a_key(clock), clock=clock)

    readiness.drain()

    assert readiness.is_draining
    assert (await readiness.check())["serving"] == "stopping"


@pytest.mark.covers("PRC-10")
async def test_a_database_that_is_silent_is_not_waited_for() -> None:
    clock = MovableClock(NOON)
    readiness = Readiness(
        storage=SilentStorage(),
        key_ring=await ring_with_a_key(clock),
        clock=clock,
        patience=timedelta(milliseconds=1),
    )

    assert (await readiness.check())["database"] == "does not answer in time"
