"""What every store of revocations promises to whoever writes them, and to whoever tidies them up."""

from datetime import datetime, timedelta
from typing import Final

from auth_core.revocation.model import Revocation
from auth_core.testing.builders import a_key_revocation, a_session_revocation, a_user_revocation
from auth_core.testing.contracts.concurrency import in_transaction, race, roll_back
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import LONG_AGO

DAY: Final = timedelta(days=1)
TICK: Final = timedelta(microseconds=1)
THEN: Final = LONG_AGO + 100 * DAY
"""Before this moment no other test has a revocation that is over."""


class RevocationsContract:
    """Subclass it and provide the fixture `storage`."""

    async def test_a_transaction_knows_what_it_has_added(self, storage: Storage) -> None:
        first, second, third = a_session_revocation(), a_user_revocation(), a_key_revocation()

        async with storage.uow() as tx:
            before = list(tx.revocations.added)
            await tx.revocations.add(first, second)
            await tx.revocations.add(third)
            after = list(tx.revocations.added)

        assert before == []
        assert after == [first, second, third]

    async def test_another_transaction_has_added_nothing(self, storage: Storage) -> None:
        await in_transaction(storage, lambda tx: tx.revocations.add(a_session_revocation()))
        await roll_back(storage, lambda tx: tx.revocations.add(a_session_revocation()))

        async with storage.uow() as tx:
            assert list(tx.revocations.added) == []

    async def test_nothing_can_be_added(self, storage: Storage) -> None:
        async with storage.uow() as tx:
            await tx.revocations.add()

            assert list(tx.revocations.added) == []

    async def test_the_same_may_be_revoked_again(self, storage: Storage) -> None:
        once = a_session_revocation()

        for _ in range(2):
            await in_transaction(storage, lambda tx: tx.revocations.add(once, once))

        assert once in await _in_force(storage)

    async def test_many_who_revoke_at_once_all_succeed(self, storage: Storage) -> None:
        revocations = [a_session_revocation() for _ in range(20)]
        left = list(revocations)

        await race(20, lambda: in_transaction(storage, lambda tx: tx.revocations.add(left.pop())))

        assert set(revocations) <= set(await _in_force(storage))

    async def test_what_is_over_is_removed_and_the_rest_is_kept(self, storage: Storage) -> None:
        await _purge(storage)
        over = [_until(THEN - TICK), _until(LONG_AGO)]
        kept = [_until(THEN), a_session_revocation()]
        await in_transaction(storage, lambda tx: tx.revocations.add(*over, *kept))

        removed = await storage.old_revocations.purge(over_before=THEN, limit=100)
        again = await storage.old_revocations.purge(over_before=THEN, limit=100)

        assert (removed, again) == (2, 0)
        assert kept[1] in await _in_force(storage)
        assert await storage.old_revocations.purge(over_before=THEN + TICK, limit=100) == 1

    async def test_a_step_removes_no_more_than_it_was_asked_to(self, storage: Storage) -> None:
        await _purge(storage)
        await in_transaction(storage, lambda tx: tx.revocations.add(*(_until(LONG_AGO) for _ in range(5))))

        removed = [await storage.old_revocations.purge(over_before=THEN, limit=2) for _ in range(4)]

        assert removed == [2, 2, 1, 0]

    async def test_what_is_committed_after_a_purge_is_told(self, storage: Storage) -> None:
        cursor = (await storage.revocation_feed.changes(after=None, wait=timedelta(0))).cursor
        await in_transaction(storage, lambda tx: tx.revocations.add(_until(LONG_AGO)))
        while await storage.old_revocations.purge(over_before=THEN, limit=1000):
            pass
        revocation = a_session_revocation()
        await in_transaction(storage, lambda tx: tx.revocations.add(revocation))

        batch = await storage.revocation_feed.changes(after=cursor, wait=timedelta(0))

        assert revocation in batch.revocations


def _until(until: datetime) -> Revocation:
    return a_session_revocation(until=until)


async def _purge(storage: Storage) -> None:
    """Remove what earlier tests of this kind have left."""
    while await storage.old_revocations.purge(over_before=THEN + DAY, limit=1000):
        pass


async def _in_force(storage: Storage) -> tuple[Revocation, ...]:
    return (await storage.revocation_feed.changes(after=None, wait=timedelta(0))).revocations
