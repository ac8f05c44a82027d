"""What every store of sessions promises to whoever tidies it up."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from auth_core.ids import SessionId
from auth_core.revocation.model import Reason
from auth_core.sessions.model import Session
from auth_core.testing.contracts.arrangement import session_now, stored_session, stored_user
from auth_core.testing.contracts.concurrency import PATIENCE, in_transaction, race
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import LONG_AGO
from auth_core.users.model import User

DAY: Final = timedelta(days=1)
TICK: Final = timedelta(microseconds=1)
THEN: Final = LONG_AGO + 100 * DAY
"""Before this moment no other test has a session that is over for good."""


class EndedSessionsContract:
    """Subclass it and provide the fixture `storage`.

    A session is over for good once its absolute end lies behind; whether one that ended early may go before that is
    not said.
    """

    async def test_what_is_over_is_removed(self, storage: Storage) -> None:
        await _remove_all(storage)
        over = await _sessions(storage, 3, absolute=30 * DAY)

        removed = await storage.ended_sessions.purge(over_before=THEN, limit=100)

        assert removed == 3
        assert await _there(storage, over) == []

    async def test_what_is_over_is_removed_though_it_was_ended_before(self, storage: Storage) -> None:
        await _remove_all(storage)
        over = await _sessions(storage, 1, absolute=30 * DAY)
        await in_transaction(
            storage, lambda tx: tx.sessions.end(over[0].id, because=Reason.LOGGED_OUT, now=LONG_AGO + DAY)
        )

        assert await storage.ended_sessions.purge(over_before=THEN, limit=100) == 1
        assert await _there(storage, over) == []

    async def test_what_was_not_over_by_then_is_kept(self, storage: Storage) -> None:
        await _remove_all(storage)
        user = await stored_user(storage)
        just_over = await _session_until(storage, user, THEN - TICK - LONG_AGO)
        over_then = await _session_until(storage, user, THEN - LONG_AGO)
        live = await _session_until(storage, user, THEN + DAY - LONG_AGO)
        ended_late = await _session_until(storage, user, THEN + DAY - LONG_AGO)
        await in_transaction(
            storage, lambda tx: tx.sessions.end(ended_late.id, because=Reason.LOGGED_OUT, now=THEN + TICK)
        )

        removed = await storage.ended_sessions.purge(over_before=THEN, limit=100)

        assert removed == 1
        kept = [over_then.id, live.id, ended_late.id]
        assert await _there(storage, [just_over, over_then, live, ended_late]) == kept
        assert await session_now(storage, live.id) == live
        await _remove_all(storage)

    async def test_nothing_is_removed_when_nothing_is_over(self, storage: Storage) -> None:
        await _remove_all(storage)

        assert await storage.ended_sessions.purge(over_before=THEN, limit=100) == 0

    async def test_a_step_removes_no_more_than_it_was_asked_to(self, storage: Storage) -> None:
        await _remove_all(storage)
        await _sessions(storage, 5, absolute=DAY)

        removed = [await storage.ended_sessions.purge(over_before=THEN, limit=2) for _ in range(4)]

        assert removed == [2, 2, 1, 0]

    async def test_many_steps_at_once_remove_each_session_once(self, storage: Storage) -> None:
        await _remove_all(storage)
        over = await _sessions(storage, 10, absolute=DAY)

        removed = await race(20, lambda: storage.ended_sessions.purge(over_before=THEN, limit=1))

        left = await storage.ended_sessions.purge(over_before=THEN, limit=100)
        assert sum(removed) + left == 10
        assert max(removed) == 1
        assert await _there(storage, over) == []

    async def test_a_purge_that_is_cancelled_anywhere_holds_nobody_up(self, storage: Storage) -> None:
        await _remove_all(storage)
        over = await _sessions(storage, 10, absolute=DAY)
        for turns in range(10):
            cancelled = asyncio.create_task(storage.ended_sessions.purge(over_before=THEN, limit=1))
            for _ in range(turns):
                await asyncio.sleep(0)
            cancelled.cancel()
            await asyncio.gather(cancelled, return_exceptions=True)

        async with asyncio.timeout(PATIENCE):
            await storage.ended_sessions.purge(over_before=THEN, limit=100)

        assert await _there(storage, over) == []


async def _remove_all(storage: Storage) -> None:
    """Remove what earlier tests of this kind have left."""
    while await storage.ended_sessions.purge(over_before=THEN + 2 * DAY, limit=1000):
        pass


async def _sessions(storage: Storage, count: int, *, absolute: timedelta) -> list[Session]:
    user = await stored_user(storage)
    return [await _session_until(storage, user, absolute) for _ in range(count)]


async def _session_until(storage: Storage, user: User, absolute: timedelta) -> Session:
    return await stored_session(storage, user, at=LONG_AGO, idle=absolute, absolute=absolute)


async def _there(storage: Storage, sessions: Sequence[Session]) -> list[SessionId]:
    async with storage.uow() as tx:
        found = [await tx.sessions.lock(session.id) for session in sessions]
    return [session.id for session in found if session is not None]
