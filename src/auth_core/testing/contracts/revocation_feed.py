"""What every feed of revocations promises to whoever follows it."""

import asyncio
from datetime import timedelta
from typing import ClassVar, Final

import pytest

from auth_core.assembly import Tx
from auth_core.revocation.errors import InvalidCursor
from auth_core.revocation.model import Revocation
from auth_core.revocation.ports import Cursor, RevocationFeed
from auth_core.testing.builders import (
    a_key_revocation,
    a_role_revocation,
    a_session_revocation,
    a_user_revocation,
)
from auth_core.testing.contracts.concurrency import PATIENCE, in_transaction, let_run, roll_back
from auth_core.testing.contracts.storage import Storage

NOW: Final = timedelta(0)
LONG: Final = timedelta(seconds=PATIENCE)


class RevocationFeedContract:
    """Subclass it and provide the fixture `storage`, whose `revocation_feed` tells what is committed by its `uow`.

    `at_once` is how many seconds it may take until whoever waits is told.
    """

    at_once: ClassVar[float] = 5.0

    async def test_what_is_in_force_is_told_from_the_beginning(self, storage: Storage) -> None:
        revocations: list[Revocation] = [
            a_session_revocation(),
            a_user_revocation(least_version=7),
            a_role_revocation(least_version=8),
            a_key_revocation(),
        ]
        await _commit(storage, *revocations)

        batch = await storage.revocation_feed.changes(after=None, wait=NOW)

        assert set(revocations) <= set(batch.revocations)

    async def test_whoever_asks_for_everything_does_not_wait(self, storage: Storage) -> None:
        async with asyncio.timeout(self.at_once):
            await storage.revocation_feed.changes(after=None, wait=LONG)

    async def test_what_is_committed_later_is_told_later(self, storage: Storage) -> None:
        cursor = await _here(storage.revocation_feed)
        for _ in range(5):
            revocation = a_session_revocation()
            await _commit(storage, revocation)

            batch = await storage.revocation_feed.changes(after=cursor, wait=NOW)

            assert revocation in batch.revocations
            cursor = batch.cursor

    async def test_nothing_is_lost_between_two_looks_however_close_they_are(self, storage: Storage) -> None:
        follower = Follower(storage.revocation_feed)
        await follower.step()
        committed = [a_session_revocation() for _ in range(30)]
        for revocation in committed:
            await _commit(storage, revocation)
            await follower.step()

        assert set(committed) <= follower.told

    async def test_a_follower_that_was_away_is_told_everything_it_missed(self, storage: Storage) -> None:
        cursor = await _here(storage.revocation_feed)
        missed = [a_session_revocation() for _ in range(30)]
        for revocation in missed:
            await _commit(storage, revocation)

        batch = await storage.revocation_feed.changes(after=cursor, wait=NOW)

        assert set(missed) <= set(batch.revocations)

    async def test_a_revocation_is_told_as_it_was_written(self, storage: Storage) -> None:
        cursor = await _here(storage.revocation_feed)
        of_a_session, of_a_user = a_session_revocation(), a_user_revocation(least_version=(1 << 40) + 1)
        of_a_role, of_a_key = a_role_revocation(least_version=(1 << 40) + 2), a_key_revocation()
        await _commit(storage, of_a_session, of_a_user, of_a_role, of_a_key)

        batch = await storage.revocation_feed.changes(after=cursor, wait=NOW)

        assert [each for each in batch.revocations if each == of_a_session] == [of_a_session]
        assert [each for each in batch.revocations if each == of_a_user] == [of_a_user]
        assert [each for each in batch.revocations if each == of_a_role] == [of_a_role]
        assert [each for each in batch.revocations if each == of_a_key] == [of_a_key]

    async def test_a_key_that_was_revoked_is_told_to_whoever_waits(self, storage: Storage) -> None:
        cursor = await _here(storage.revocation_feed)
        revocation = a_key_revocation()
        waiting = asyncio.create_task(storage.revocation_feed.changes(after=cursor, wait=LONG))
        await let_run(waiting)

        await _commit(storage, revocation)

        batch = await asyncio.wait_for(waiting, self.at_once)
        assert revocation in batch.revocations

    async def test_what_is_rolled_back_is_never_told(self, storage: Storage) -> None:
        cursor = await _here(storage.revocation_feed)
        undone, done = a_session_revocation(), a_session_revocation()

        await roll_back(storage, lambda tx: tx.revocations.add(undone))
        await _commit(storage, done)

        batch = await storage.revocation_feed.changes(after=cursor, wait=NOW)
        everything = await storage.revocation_feed.changes(after=None, wait=NOW)
        assert done in batch.revocations
        assert undone not in {*batch.revocations, *everything.revocations}

    async def test_what_is_not_committed_yet_is_not_told(self, storage: Storage) -> None:
        cursor = await _here(storage.revocation_feed)
        revocation = a_session_revocation()

        async with storage.uow() as tx:
            await tx.revocations.add(revocation)
            async with asyncio.timeout(PATIENCE):
                before = await storage.revocation_feed.changes(after=cursor, wait=NOW)
        after = await storage.revocation_feed.changes(after=before.cursor, wait=NOW)

        assert revocation not in before.revocations
        assert revocation in after.revocations

    async def test_what_was_written_first_and_committed_last_is_told(self, storage: Storage) -> None:
        follower = Follower(storage.revocation_feed)
        await follower.step()
        early, late = a_session_revocation(), a_session_revocation()

        async with storage.uow() as tx:
            await tx.revocations.add(early)
            other = asyncio.create_task(_commit(storage, late))
            await let_run(other)  # some stores let one after the other write
            await follower.step()
            await follower.step()
        await asyncio.wait_for(other, PATIENCE)
        for _ in range(3):
            await follower.step()

        assert {early, late} <= follower.told

    async def test_when_there_is_nothing_new_nothing_is_told(self, storage: Storage) -> None:
        await _commit(storage, a_session_revocation())
        follower = Follower(storage.revocation_feed)
        await follower.step()

        for _ in range(3):
            assert await follower.step() == ()

    async def test_a_wait_in_which_nothing_happens_ends(self, storage: Storage) -> None:
        cursor = await _here(storage.revocation_feed)

        async with asyncio.timeout(self.at_once):
            batch = await storage.revocation_feed.changes(after=cursor, wait=timedelta(milliseconds=20))

        assert batch.revocations == ()

    async def test_whoever_waits_is_told_as_soon_as_it_happens(self, storage: Storage) -> None:
        cursor = await _here(storage.revocation_feed)
        revocation = a_session_revocation()
        waiting = asyncio.create_task(storage.revocation_feed.changes(after=cursor, wait=LONG))
        ended_early = await let_run(waiting)

        await _commit(storage, revocation)

        batch = await asyncio.wait_for(waiting, self.at_once)
        assert not ended_early
        assert revocation in batch.revocations

    async def test_no_commit_falls_between_a_look_and_the_wait_after_it(self, storage: Storage) -> None:
        for turns in range(12):
            cursor = await _here(storage.revocation_feed)
            revocation = a_session_revocation()
            waiting = asyncio.create_task(storage.revocation_feed.changes(after=cursor, wait=LONG))
            for _ in range(turns):
                await asyncio.sleep(0)
            await _commit(storage, revocation)

            batch = await asyncio.wait_for(waiting, self.at_once)

            assert revocation in batch.revocations

    async def test_all_who_wait_are_told(self, storage: Storage) -> None:
        cursor = await _here(storage.revocation_feed)
        revocation = a_session_revocation()
        waiting = [asyncio.create_task(storage.revocation_feed.changes(after=cursor, wait=LONG)) for _ in range(5)]
        await let_run(*waiting)

        await _commit(storage, revocation)

        async with asyncio.timeout(self.at_once):
            batches = await asyncio.gather(*waiting)
        assert all(revocation in batch.revocations for batch in batches)

    async def test_followers_do_not_take_from_each_other(self, storage: Storage) -> None:
        followers = [Follower(storage.revocation_feed) for _ in range(3)]
        committed = [a_session_revocation() for _ in range(6)]
        for number, revocation in enumerate(committed):
            await followers[number % 3].step()
            await _commit(storage, revocation)
        for follower in followers:
            await follower.step()

        assert all(set(committed) <= follower.told for follower in followers)

    async def test_whoever_stops_waiting_leaves_the_feed_as_it_was(self, storage: Storage) -> None:
        cursor = await _here(storage.revocation_feed)
        for turns in range(10):
            waiting = asyncio.create_task(storage.revocation_feed.changes(after=cursor, wait=LONG))
            for _ in range(turns):
                await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        revocation = a_session_revocation()
        await _commit(storage, revocation)

        async with asyncio.timeout(self.at_once):
            batch = await storage.revocation_feed.changes(after=cursor, wait=LONG)

        assert revocation in batch.revocations

    @pytest.mark.parametrize("text", ["", "here", "-1", "1.5", "9" * 300, "1;2;3;4;5", "\x00", "٣", " 1"])
    async def test_what_is_no_cursor_is_refused(self, storage: Storage, text: str) -> None:
        with pytest.raises(InvalidCursor):
            await storage.revocation_feed.changes(after=Cursor(text), wait=NOW)

    async def test_cursors_are_short_and_printable(self, storage: Storage) -> None:
        cursor = await _here(storage.revocation_feed)

        assert cursor.isascii()
        assert cursor.isprintable()
        assert 0 < len(cursor) <= 200


class Follower:
    """Follows a feed and keeps what it was told."""

    def __init__(self, feed: RevocationFeed) -> None:
        self.told: set[Revocation] = set()
        self._feed = feed
        self._cursor: Cursor | None = None

    async def step(self) -> tuple[Revocation, ...]:
        """Ask once and return the answer."""
        batch = await self._feed.changes(after=self._cursor, wait=NOW)
        self._cursor = batch.cursor
        self.told |= set(batch.revocations)
        return batch.revocations


async def _here(feed: RevocationFeed) -> Cursor:
    return (await feed.changes(after=None, wait=NOW)).cursor


async def _commit(storage: Storage, *revocations: Revocation) -> None:
    async def add(tx: Tx) -> None:
        await tx.revocations.add(*revocations)

    await in_transaction(storage, add)
