"""What every keeper of refresh chains promises."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import pytest

from auth_core.access.model import ADMIN, EVERYTHING, USER
from auth_core.assembly import Tx
from auth_core.ids import SessionId
from auth_core.revocation.model import Reason
from auth_core.sessions.model import Session
from auth_core.sessions.refresh_chain import Advanced
from auth_core.testing.builders import a_session, a_user
from auth_core.testing.contracts.arrangement import (
    change_role,
    principal_now,
    session_now,
    set_status,
    stored_role,
    stored_session,
    stored_user,
)
from auth_core.testing.contracts.concurrency import PATIENCE, in_transaction, let_run, race, while_open
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import NOON
from auth_core.users.model import UserStatus

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
TICK: Final = timedelta(microseconds=1)


class RefreshChainsContract:
    """Subclass it and provide the fixture `storage`."""

    async def test_the_chain_moves_on_by_one(self, storage: Storage) -> None:
        session = await _live_session(storage)

        advanced = await _advance(storage, session, 0)

        assert advanced is not None
        assert advanced.session.generation == 1
        assert await session_now(storage, session.id) == advanced.session

    async def test_the_chain_moves_on_link_by_link(self, storage: Storage) -> None:
        session = await _live_session(storage)

        generations = [(await _advanced(storage, session, generation)).session.generation for generation in range(5)]

        assert generations == [1, 2, 3, 4, 5]

    async def test_the_idle_end_moves_and_nothing_else_does(self, storage: Storage) -> None:
        session = await _live_session(storage)

        after = (await _advanced(storage, session, 0, now=NOON + HOUR, idle=DAY)).session

        assert (after.advanced_at, after.idle_ends_at) == (NOON + HOUR, NOON + HOUR + DAY)
        assert after.ends_at == session.ends_at
        assert (after.id, after.user_id, after.created_at) == (session.id, session.user_id, session.created_at)
        assert (after.origin, after.methods) == (session.origin, session.methods)
        assert (after.ended_at, after.ended_because) == (None, None)

    async def test_no_refresh_moves_the_absolute_end(self, storage: Storage) -> None:
        session = await _live_session(storage, idle=HOUR, absolute=2 * HOUR)

        after = (await _advanced(storage, session, 0, idle=DAY)).session

        assert (after.idle_ends_at, after.ends_at) == (NOON + DAY, NOON + 2 * HOUR)
        assert await _advance(storage, session, 1, now=NOON + 2 * HOUR - TICK) is not None
        assert await _advance(storage, session, 2, now=NOON + 2 * HOUR) is None

    async def test_the_principal_is_told_as_they_are(self, storage: Storage) -> None:
        user = await stored_user(storage, roles=(USER.name, ADMIN.name))
        session = await stored_session(storage, user)

        advanced = await _advanced(storage, session, 0)

        assert advanced.principal == await principal_now(storage, user.id)
        assert advanced.principal.roles == (ADMIN.name, USER.name)
        assert advanced.principal.permissions == (EVERYTHING,)

    async def test_who_has_no_role_may_refresh_all_the_same(self, storage: Storage) -> None:
        session = await stored_session(storage, await stored_user(storage))

        advanced = await _advanced(storage, session, 0)

        assert (advanced.principal.roles, advanced.principal.permissions) == ((), ())

    async def test_rights_given_since_the_last_link_are_told(self, storage: Storage) -> None:
        user = await stored_user(storage)
        session = await stored_session(storage, user)
        before = await _advanced(storage, session, 0)

        await in_transaction(storage, lambda tx: tx.roles.assign(user.id, ADMIN.name, by=None, now=NOON))
        await set_status(storage, user, UserStatus.DISABLED)
        await set_status(storage, user, UserStatus.ACTIVE)

        after = await _advanced(storage, session, 1)
        assert after.principal.roles == (ADMIN.name,)
        assert after.principal.security_version > before.principal.security_version

    async def test_a_change_of_a_role_since_the_last_link_is_told(self, storage: Storage) -> None:
        parent = await stored_role(storage, "invoices:read")
        role = await stored_role(storage, "reports:read", parents=(parent,))
        session = await stored_session(storage, await stored_user(storage, roles=(role.name,)))
        before = await _advanced(storage, session, 0)

        changed = await change_role(storage, role, "reports:write")

        after = await _advanced(storage, session, 1)
        assert before.principal.permissions == ("invoices:read", "reports:read")
        assert after.principal.permissions == ("invoices:read", "reports:write")
        assert before.principal.roles_version < changed.version <= after.principal.roles_version

    async def test_of_many_at_once_one_advances(self, storage: Storage) -> None:
        session = await _live_session(storage)

        outcomes = await race(20, lambda: _advance(storage, session, 0))

        assert [outcome is not None for outcome in outcomes].count(True) == 1
        assert (await session_now(storage, session.id)).generation == 1

    async def test_many_chains_advance_at_once(self, storage: Storage) -> None:
        user = await stored_user(storage)
        sessions = [await stored_session(storage, user) for _ in range(20)]

        async with asyncio.timeout(PATIENCE):
            outcomes = await asyncio.gather(*(_advance(storage, session, 0) for session in sessions))

        assert [outcome and outcome.session.id for outcome in outcomes] == [session.id for session in sessions]

    async def test_a_link_that_is_not_the_current_one_changes_nothing(self, storage: Storage) -> None:
        session = await _live_session(storage)
        for generation in range(2):
            await _advance(storage, session, generation)
        before = await session_now(storage, session.id)

        outcomes = [await _advance(storage, session, generation, now=NOON + HOUR) for generation in (0, 1, 3, 1 << 30)]

        assert outcomes == [None] * 4
        assert await session_now(storage, session.id) == before

    async def test_an_unknown_session_has_no_chain(self, storage: Storage) -> None:
        assert await _advance(storage, a_session(a_user().id), 0) is None

    async def test_the_chain_of_an_ended_session_does_not_move(self, storage: Storage) -> None:
        session = await _live_session(storage)
        await in_transaction(storage, lambda tx: _end(tx, session.id))
        before = await session_now(storage, session.id)

        assert await _advance(storage, session, 0, now=NOON + HOUR) is None
        assert await session_now(storage, session.id) == before

    async def test_the_chain_of_a_session_past_its_idle_end_does_not_move(self, storage: Storage) -> None:
        session = await _live_session(storage, idle=HOUR, absolute=DAY)

        too_late = await _advance(storage, session, 0, now=NOON + HOUR)
        in_time = await _advance(storage, session, 0, now=NOON + HOUR - TICK)

        assert too_late is None
        assert in_time is not None

    async def test_the_chain_of_a_session_past_its_absolute_end_does_not_move(self, storage: Storage) -> None:
        session = await _live_session(storage, idle=DAY, absolute=HOUR)

        too_late = await _advance(storage, session, 0, now=NOON + HOUR)

        assert too_late is None
        assert await session_now(storage, session.id) == session

    async def test_the_chains_of_disabled_users_do_not_move(self, storage: Storage) -> None:
        user = await stored_user(storage)
        session = await stored_session(storage, user)
        await set_status(storage, user, UserStatus.DISABLED)

        assert await _advance(storage, session, 0, now=NOON + HOUR) is None
        assert await session_now(storage, session.id) == session

    async def test_a_session_that_is_being_ended_does_not_advance(self, storage: Storage) -> None:
        session = await _live_session(storage)

        advanced = await while_open(
            storage, lambda tx: _end(tx, session.id), lambda: _advance(storage, session, 0, now=NOON + HOUR)
        )

        assert advanced is None
        stored = await session_now(storage, session.id)
        assert (stored.generation, stored.ended_because) == (0, Reason.LOGGED_OUT)

    async def test_a_session_whose_end_is_rolled_back_advances(self, storage: Storage) -> None:
        session = await _live_session(storage)

        advanced = await while_open(
            storage, lambda tx: _end(tx, session.id), lambda: _advance(storage, session, 0), rolled_back=True
        )

        assert advanced is not None
        assert advanced.session.ended_at is None

    async def test_a_session_does_not_advance_while_its_user_is_being_disabled(self, storage: Storage) -> None:
        user = await stored_user(storage)
        session = await stored_session(storage, user)

        async def disable(tx: Tx) -> None:
            await tx.users.set_status(user.id, UserStatus.DISABLED, now=NOON)
            await tx.sessions.end_all(user.id, because=Reason.USER_DISABLED, now=NOON)

        assert await while_open(storage, disable, lambda: _advance(storage, session, 0)) is None

    async def test_whoever_ends_a_session_beside_a_refresh_has_the_last_word(self, storage: Storage) -> None:
        for _ in range(10):
            session = await _live_session(storage)

            async with asyncio.timeout(PATIENCE):
                ended, _ = await asyncio.gather(
                    in_transaction(storage, partial(_end, session_id=session.id)), _advance(storage, session, 0)
                )

            assert ended
            stored = await session_now(storage, session.id)
            assert stored.ended_because is Reason.LOGGED_OUT
            assert await _advance(storage, session, stored.generation) is None

    async def test_a_refresh_that_is_cancelled_while_it_waits_changes_nothing(self, storage: Storage) -> None:
        session = await _live_session(storage)

        async with asyncio.timeout(PATIENCE), storage.uow() as tx:
            await tx.sessions.lock(session.id)
            waiting = asyncio.create_task(_advance(storage, session, 0))
            await let_run(waiting)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting

        assert await session_now(storage, session.id) == session
        async with asyncio.timeout(PATIENCE):
            assert await _advance(storage, session, 0) is not None

    async def test_a_refresh_that_is_cancelled_anywhere_was_made_or_was_not(self, storage: Storage) -> None:
        for turns in range(12):
            session = await _live_session(storage)
            cancelled = asyncio.create_task(_advance(storage, session, 0))
            for _ in range(turns):
                await asyncio.sleep(0)
            cancelled.cancel()
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(cancelled, return_exceptions=True)

            stored = await session_now(storage, session.id)
            assert stored == session or (stored.generation, stored.advanced_at) == (1, NOON)
            async with asyncio.timeout(PATIENCE):
                assert await _advance(storage, session, stored.generation) is not None


async def _live_session(
    storage: Storage, *, idle: timedelta = timedelta(days=7), absolute: timedelta = timedelta(days=30)
) -> Session:
    return await stored_session(storage, await stored_user(storage), idle=idle, absolute=absolute)


async def _advance(
    storage: Storage, session: Session, generation: int, *, now: datetime = NOON, idle: timedelta = DAY
) -> Advanced | None:
    return await storage.refresh_chains.advance(session.id, generation, now=now, idle=idle)


async def _advanced(
    storage: Storage, session: Session, generation: int, *, now: datetime = NOON, idle: timedelta = DAY
) -> Advanced:
    advanced = await _advance(storage, session, generation, now=now, idle=idle)
    assert advanced is not None
    return advanced


async def _end(tx: Tx, session_id: SessionId) -> bool:
    return await tx.sessions.end(session_id, because=Reason.LOGGED_OUT, now=NOON)
