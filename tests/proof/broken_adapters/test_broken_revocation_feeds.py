"""The contracts notice feeds and stores of revocations that lose something."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from auth_adapters.memory import MemoryStore, memory_ports
from auth_adapters.memory.revocation import MemoryOldRevocations, MemoryRevocationFeed, MemoryRevocations
from auth_adapters.memory.store import Tables
from auth_adapters.memory.unit_of_work import MemoryTx, MemoryUnitOfWork
from auth_core.revocation.model import (
    KeyRevocation,
    Revocation,
    RoleRevocation,
    UserRevocation,
)
from auth_core.revocation.ports import Batch, Cursor
from auth_core.testing import NOON, MovableClock
from auth_core.testing.contracts.revocation_feed import RevocationFeedContract
from auth_core.testing.contracts.revocations import RevocationsContract
from auth_core.testing.contracts.storage import Storage
from tests.unit.contracts.broken_storage import storage_with
from tests.unit.contracts.mutation import caught_by

NOW = timedelta(0)


def with_feed(kind: type[MemoryRevocationFeed], uow: type[MemoryUnitOfWork] = MemoryUnitOfWork) -> Storage:
    store = MemoryStore()
    return memory_ports(store=store, uow=uow(store), revocation_feed=kind(store, clock=MovableClock()))


# ---- Feeds


class LosesTheWakeUp(MemoryRevocationFeed):
    """Begins to listen when it has looked: what happens in between wakes nobody."""

    async def changes(self, *, after: Cursor | None, wait: timedelta) -> Batch:
        batch = await super().changes(after=after, wait=NOW)
        if batch.revocations or not wait:
            return batch
        await self._store.elsewhere()
        async with asyncio.timeout(wait.total_seconds()):
            await self._store.changed.wait()
        return await super().changes(after=after, wait=NOW)


@caught_by("test_no_commit_falls_between_a_look_and_the_wait_after_it", raises=(TimeoutError, asyncio.CancelledError))
class TestLosesTheWakeUp(RevocationFeedContract):
    at_once = 0.05

    @pytest.fixture
    def storage(self) -> Storage:
        return with_feed(LosesTheWakeUp)


class WakesOne(MemoryRevocationFeed):
    """Lets only the first of those who wait hear of it."""

    def __init__(self, store: MemoryStore, *, clock: MovableClock) -> None:
        super().__init__(store, clock=clock)
        self._line = asyncio.Lock()

    async def changes(self, *, after: Cursor | None, wait: timedelta) -> Batch:
        if not wait:
            return await super().changes(after=after, wait=wait)
        async with self._line:
            batch = await super().changes(after=after, wait=wait)
            await asyncio.sleep(0.1)
            return batch


@caught_by("test_all_who_wait_are_told", raises=(TimeoutError,))
class TestWakesOne(RevocationFeedContract):
    at_once = 0.05

    @pytest.fixture
    def storage(self) -> Storage:
        return with_feed(WakesOne)


class CountsInSeconds(MemoryRevocationFeed):
    """Remembers the second of its last look, and tells what was written in a later one."""

    async def _look(self, told: int | None) -> Batch:
        batch = await super()._look(told)
        second = int(self._clock.now().timestamp())
        new = () if told == second else batch.revocations
        return Batch(revocations=new, cursor=Cursor(str(second)))


@caught_by(
    "test_what_is_committed_later_is_told_later",
    "test_nothing_is_lost_between_two_looks_however_close_they_are",
    "test_a_follower_that_was_away_is_told_everything_it_missed",
)
class TestCountsInSeconds(RevocationFeedContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_feed(CountsInSeconds)


class ForgetsTheRollback(MemoryRevocations):
    """Tells what is added at once, whatever becomes of the transaction."""

    everybodys: Tables

    async def add(self, *revocations: Revocation) -> None:
        await super().add(*revocations)
        for revocation in revocations:
            self.everybodys.revocations[self.everybodys.next_number("revocations")] = revocation


@caught_by("test_what_is_rolled_back_is_never_told", "test_what_is_not_committed_yet_is_not_told")
class TestForgetsTheRollback(RevocationFeedContract):
    @pytest.fixture
    def storage(self) -> Storage:
        store = MemoryStore()

        class Uow(MemoryUnitOfWork):
            @asynccontextmanager
            async def __call__(self) -> AsyncGenerator[MemoryTx]:
                async with store.exclusively():
                    tables = store.committed
                    revocations = ForgetsTheRollback(tables.copy())
                    revocations.everybodys = tables
                    tx = MemoryTx.over(tables)
                    yield _with(tx, revocations)
                    store.commit(tables)

        return memory_ports(store=store, uow=Uow(store))


class NumbersBeforeItCommits(MemoryUnitOfWork):
    """Lets transactions run side by side, and numbers revocations when they are written, as a sequence does."""

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[MemoryTx]:
        await self._store.elsewhere()
        own = Tables(last_numbers=self._store.committed.last_numbers)
        yield _with(MemoryTx.over(self._store.committed), MemoryRevocations(own))
        self._store.committed.revocations.update(own.revocations)
        self._store.commit(self._store.committed)


@caught_by("test_what_was_written_first_and_committed_last_is_told")
class TestLosesWhatCommitsOutOfOrder(RevocationFeedContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_feed(MemoryRevocationFeed, NumbersBeforeItCommits)


class OneForAll(MemoryRevocationFeed):
    """Remembers one place for all who follow it."""

    place: Cursor | None = None

    async def changes(self, *, after: Cursor | None, wait: timedelta) -> Batch:
        batch = await super().changes(after=after and self.place, wait=wait)
        self.place = batch.cursor
        return batch


@caught_by("test_followers_do_not_take_from_each_other")
class TestOneForAll(RevocationFeedContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_feed(OneForAll)


class BelievesAnyCursor(MemoryRevocationFeed):
    async def changes(self, *, after: Cursor | None, wait: timedelta) -> Batch:
        return await super().changes(
            after=after if after and after.isascii() and after.isdigit() and len(after) < 19 else None, wait=wait
        )


@caught_by("test_what_is_no_cursor_is_refused")
class TestBelievesAnyCursor(RevocationFeedContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_feed(BelievesAnyCursor)


class RepeatsItself(MemoryRevocationFeed):
    async def _look(self, told: int | None) -> Batch:
        batch = await super()._look(told)
        return Batch(revocations=(await super()._look(0)).revocations, cursor=batch.cursor)


@caught_by("test_when_there_is_nothing_new_nothing_is_told")
class TestRepeatsItself(RevocationFeedContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_feed(RepeatsItself)


class KnowsNoRoles(MemoryRevocationFeed):
    async def _look(self, told: int | None) -> Batch:
        batch = await super()._look(told)
        known = tuple(each for each in batch.revocations if not isinstance(each, RoleRevocation))
        return Batch(revocations=known, cursor=batch.cursor)


@caught_by("test_a_revocation_is_told_as_it_was_written", "test_what_is_in_force_is_told_from_the_beginning")
class TestKnowsNoRoles(RevocationFeedContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_feed(KnowsNoRoles)


class RoundsVersions(MemoryRevocationFeed):
    async def _look(self, told: int | None) -> Batch:
        batch = await super()._look(told)
        rounded = tuple(
            UserRevocation(user_id=each.user_id, least_version=each.least_version & 0x7FFFFFFF, until=each.until)
            if isinstance(each, UserRevocation)
            else each
            for each in batch.revocations
        )
        return Batch(revocations=rounded, cursor=batch.cursor)


@caught_by("test_a_revocation_is_told_as_it_was_written")
class TestRoundsVersions(RevocationFeedContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_feed(RoundsVersions)


class KnowsNoKeys(MemoryRevocationFeed):
    """As it was before keys could be revoked: passes over what it does not know."""

    async def _look(self, told: int | None) -> Batch:
        batch = await super()._look(told)
        known = tuple(each for each in batch.revocations if not isinstance(each, KeyRevocation))
        return Batch(revocations=known, cursor=batch.cursor)


@caught_by(
    "test_what_is_in_force_is_told_from_the_beginning",
    "test_a_revocation_is_told_as_it_was_written",
    "test_a_key_that_was_revoked_is_told_to_whoever_waits",
    raises=(AssertionError, TimeoutError),
)
class TestKnowsNoKeys(RevocationFeedContract):
    at_once = 0.05

    @pytest.fixture
    def storage(self) -> Storage:
        return with_feed(KnowsNoKeys)


# ---- Stores


class RemembersForEver(MemoryRevocations):
    kept: list[Revocation] = []  # noqa: RUF012 - this is what is wrong with it

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables)
        self._added = self.kept


@caught_by("test_another_transaction_has_added_nothing")
class TestRemembersForEver(RevocationsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(revocations=RemembersForEver)


class ForgetsWhatItAdded(MemoryRevocations):
    @property
    def added(self) -> Sequence[Revocation]:
        return self._added[-1:]


@caught_by("test_a_transaction_knows_what_it_has_added")
class TestForgetsWhatItAdded(RevocationsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(revocations=ForgetsWhatItAdded)


class PurgesEverything(MemoryOldRevocations):
    async def purge(self, *, over_before: datetime, limit: int) -> int:
        return await super().purge(over_before=over_before + timedelta(days=365_000), limit=limit)


class PurgesWithoutALimit(MemoryOldRevocations):
    async def purge(self, *, over_before: datetime, limit: int) -> int:
        return await super().purge(over_before=over_before, limit=limit * 100)


class PurgesToTheMoment(MemoryOldRevocations):
    async def purge(self, *, over_before: datetime, limit: int) -> int:
        return await super().purge(over_before=over_before + timedelta(microseconds=1), limit=limit)


def with_purge(kind: type[MemoryOldRevocations]) -> Storage:
    store = MemoryStore()
    return memory_ports(store=store, old_revocations=kind(store), clock=MovableClock(NOON))


@caught_by("test_what_is_over_is_removed_and_the_rest_is_kept")
class TestPurgesEverything(RevocationsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_purge(PurgesEverything)


@caught_by("test_a_step_removes_no_more_than_it_was_asked_to")
class TestPurgesWithoutALimit(RevocationsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_purge(PurgesWithoutALimit)


@caught_by("test_what_is_over_is_removed_and_the_rest_is_kept")
class TestPurgesToTheMoment(RevocationsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_purge(PurgesToTheMoment)


def _with(tx: MemoryTx, revocations: MemoryRevocations) -> MemoryTx:
    return replace(tx, revocations=revocations)
