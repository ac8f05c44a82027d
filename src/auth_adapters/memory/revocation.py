"""Revocations and their feed, in memory."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice

from auth_adapters.memory.store import MemoryStore, Tables
from auth_core.clock import Clock
from auth_core.revocation.errors import InvalidCursor
from auth_core.revocation.model import Revocation
from auth_core.revocation.ports import Batch, Cursor


class MemoryRevocations:
    """The revocations of one transaction. They are numbered in the order of their writing, which is that of commits."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._added: list[Revocation] = []

    async def add(self, *revocations: Revocation) -> None:
        for revocation in revocations:
            self._tables.revocations[self._tables.next_number("revocations")] = revocation
            self._added.append(revocation)

    @property
    def added(self) -> Sequence[Revocation]:
        return self._added


class MemoryRevocationFeed:
    """Tells what has been committed to a store. A cursor is the number of the last revocation that was told."""

    def __init__(self, store: MemoryStore, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def changes(self, *, after: Cursor | None, wait: timedelta) -> Batch:
        told = _read(after)
        changed = self._store.changed  # before looking: what is committed in between must not be waited for
        batch = await self._look(told)
        if batch.revocations or told is None or wait <= timedelta(0):
            return batch
        try:
            async with asyncio.timeout(wait.total_seconds()):
                while not batch.revocations:
                    await changed.wait()
                    changed = self._store.changed
                    batch = await self._look(told)
        except TimeoutError:
            batch = await self._look(told)
        return batch

    async def _look(self, told: int | None) -> Batch:
        await self._store.elsewhere()
        revocations, now = self._store.committed.revocations, self._clock.now()
        new = {
            number: each
            for number, each in revocations.items()
            if (each.until > now if told is None else number > told)
        }
        return Batch(revocations=tuple(new.values()), cursor=Cursor(str(max(new, default=told or 0))))


class MemoryOldRevocations:
    """The revocations no token has outlived."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def purge(self, *, over_before: datetime, limit: int) -> int:
        async with self._store.exclusively():
            revocations = self._store.committed.revocations
            over = list(islice((number for number, each in revocations.items() if each.until < over_before), limit))
            for number in over:
                del revocations[number]
            return len(over)


def _read(cursor: Cursor | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise InvalidCursor
    return int(cursor)
