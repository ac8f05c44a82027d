"""The contract notices units of work that do not keep it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest

from auth_adapters.memory import MemoryStore
from auth_adapters.memory.unit_of_work import MemoryTx
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.contracts.unit_of_work import UnitOfWorkContract
from tests.unit.contracts.broken_storage import BrokenUnitOfWork, put_back, storage_in
from tests.unit.contracts.mutation import caught_by


class NeverRollsBack(BrokenUnitOfWork):
    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[MemoryTx]:
        async with self._store.exclusively():
            yield self.tx_over(self._store.committed)


@caught_by("test_an_exception_rolls_everything_back", "test_a_cancellation_rolls_everything_back")
class TestNeverRollsBack(UnitOfWorkContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(NeverRollsBack)


class RollsBackSessionsOnly(BrokenUnitOfWork):
    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[MemoryTx]:
        async with self._store.exclusively():
            sessions = dict(self._store.committed.sessions)
            try:
                yield self.tx_over(self._store.committed)
            except BaseException:
                self._store.committed.sessions.clear()
                self._store.committed.sessions.update(sessions)
                raise


@caught_by("test_an_exception_rolls_everything_back")
class TestRollsBackSessionsOnly(UnitOfWorkContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(RollsBackSessionsOnly)


class CommitsWhatIsCancelled(BrokenUnitOfWork):
    """`except Exception` looks like everything, and a cancellation is none."""

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[MemoryTx]:
        async with self._store.exclusively():
            before = self._store.committed.copy()
            try:
                yield self.tx_over(self._store.committed)
            except Exception:
                put_back(self._store.committed, before)
                raise


@caught_by("test_a_cancellation_rolls_everything_back")
class TestCommitsWhatIsCancelled(UnitOfWorkContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(CommitsWhatIsCancelled)


class CommitsInSteps(BrokenUnitOfWork):
    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[MemoryTx]:
        async with self._store.exclusively():
            tables = self._store.committed.copy()
            yield self.tx_over(tables)
            self._store.committed.users.update(tables.users)
            for _ in range(6):
                await asyncio.sleep(0)
            self._store.commit(tables)


@caught_by("test_a_cancellation_anywhere_leaves_all_or_nothing")
class TestCommitsInSteps(UnitOfWorkContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(CommitsInSteps)


class SwallowsErrors(BrokenUnitOfWork):
    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[MemoryTx]:
        with suppress(Exception):
            async with super().__call__() as tx:
                yield tx


@caught_by("test_the_exception_comes_out_as_it_is")
class TestSwallowsErrors(UnitOfWorkContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(SwallowsErrors)


class KeepsItsLock(BrokenUnitOfWork):
    """Lets go of its lock only when all went well; who waits for it gives up soon."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self._held = asyncio.Lock()

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[MemoryTx]:
        await asyncio.wait_for(self._held.acquire(), timeout=0.1)
        tables = self._store.committed.copy()
        yield self.tx_over(tables)
        self._store.commit(tables)
        self._held.release()


@caught_by("test_a_cancellation_lets_others_in", "test_an_exception_lets_others_in", raises=(TimeoutError,))
class TestKeepsItsLock(UnitOfWorkContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(KeepsItsLock)


class ShowsWhatIsNotCommitted(BrokenUnitOfWork):
    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[MemoryTx]:
        async with self._store.exclusively():
            before = self._store.committed.copy()
            try:
                yield self.tx_over(self._store.committed)
            except BaseException:
                put_back(self._store.committed, before)
                raise


@caught_by("test_what_has_begun_is_seen_by_nobody_else")
class TestShowsWhatIsNotCommitted(UnitOfWorkContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(ShowsWhatIsNotCommitted)


class LastOneWins(BrokenUnitOfWork):
    """Everybody works on a copy at the same time, and the last copy takes the place of all of them."""

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[MemoryTx]:
        tables = self._store.committed.copy()
        await self._store.elsewhere()
        yield self.tx_over(tables)
        self._store.commit(tables)


@caught_by("test_many_transactions_at_once_all_come_to_their_end")
class TestLastOneWins(UnitOfWorkContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(LastOneWins)
