"""Storage broken on purpose: one room, or the transactions, not as they should be, and everything else in order."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from typing import Any

from auth_adapters.memory import MemoryStore, memory_ports
from auth_adapters.memory.store import Tables
from auth_adapters.memory.unit_of_work import MemoryTx, MemoryUnitOfWork
from auth_core import Ports


class BrokenUnitOfWork(MemoryUnitOfWork):
    """Opens transactions in which some rooms are replaced; how it begins and ends them is for mutants to spoil."""

    def __init__(self, store: MemoryStore, **rooms: Callable[[Tables], Any]) -> None:
        super().__init__(store)
        self._rooms = rooms

    def tx_over(self, tables: Tables) -> MemoryTx:
        return replace(MemoryTx.over(tables), **{name: room(tables) for name, room in self._rooms.items()})

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[MemoryTx]:
        async with self._store.exclusively():
            tables = self._store.committed.copy()
            yield self.tx_over(tables)
            self._store.commit(tables)


class Unlocked(BrokenUnitOfWork):
    """Everybody writes into the same tables at the same time, as many a first draft does."""

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[MemoryTx]:
        await self._store.elsewhere()
        before = self._store.committed.copy()
        try:
            yield self.tx_over(self._store.committed)
        except BaseException:
            put_back(self._store.committed, before)
            raise


def put_back(tables: Tables, before: Tables) -> None:
    for table in fields(tables):
        getattr(tables, table.name).clear()
        getattr(tables, table.name).update(getattr(before, table.name))


def storage_in(
    uow: type[BrokenUnitOfWork], store: MemoryStore | None = None, **rooms: Callable[[Tables], Any]
) -> Ports:
    """Ports whose transactions are `uow`'s, with these rooms in the place of the sound ones."""
    store = store or MemoryStore()
    return memory_ports(store=store, uow=uow(store, **rooms))


def storage_with(**rooms: Callable[[Tables], Any]) -> Ports:
    """Ports with sound transactions, and these rooms in the place of the sound ones."""
    return storage_in(BrokenUnitOfWork, None, **rooms)


async def gap() -> None:
    """The moment between a check and the act that relies on it."""
    for _ in range(3):
        await asyncio.sleep(0)
