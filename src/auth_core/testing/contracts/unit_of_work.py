"""What every unit of work promises."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import pytest

from auth_core.access.model import ADMIN
from auth_core.assembly import Tx
from auth_core.revocation.model import Reason
from auth_core.sessions.model import Session
from auth_core.testing.builders import a_password, a_password_hash, a_session, a_user, an_event
from auth_core.testing.contracts.arrangement import principal_now, session_now, stored_session, stored_user
from auth_core.testing.contracts.concurrency import PATIENCE, RollBack, in_transaction, race, roll_back
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import NOON
from auth_core.users.model import User, UserStatus, name


class UnitOfWorkContract:
    """Subclass it and provide the fixture `storage`."""

    async def test_a_clean_exit_commits_everything(self, storage: Storage) -> None:
        scene = await _scene(storage)

        async with storage.uow() as tx:
            await _write_everywhere(tx, scene)

        assert await _traces(storage, scene) == {
            "user",
            "password",
            "rename",
            "role",
            "end",
            "session",
            "event",
        }

    async def test_an_exception_rolls_everything_back(self, storage: Storage) -> None:
        scene = await _scene(storage)

        await roll_back(storage, lambda tx: _write_everywhere(tx, scene))

        assert await _traces(storage, scene) == set()

    async def test_the_exception_comes_out_as_it_is(self, storage: Storage) -> None:
        raised = RollBack("this very one")

        async def fail(tx: Tx) -> None:
            await tx.users.add(a_user())
            raise raised

        with pytest.raises(RollBack) as caught:
            await in_transaction(storage, fail)

        assert caught.value is raised

    async def test_a_cancellation_rolls_everything_back(self, storage: Storage) -> None:
        scene = await _scene(storage)

        await _cancel_inside(storage, lambda tx: _write_everywhere(tx, scene))

        assert await _traces(storage, scene) == set()

    async def test_a_cancellation_anywhere_leaves_all_or_nothing(self, storage: Storage) -> None:
        for turns in range(0, 40, 3):
            scene = await _scene(storage)
            cancelled = asyncio.create_task(in_transaction(storage, partial(_write_everywhere, scene=scene)))
            for _ in range(turns):
                await asyncio.sleep(0)
            cancelled.cancel()
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(cancelled, return_exceptions=True)

            assert len(await _traces(storage, scene)) in {0, 7}

    async def test_a_cancellation_lets_others_in(self, storage: Storage) -> None:
        user = await stored_user(storage)

        for _ in range(20):
            await _cancel_inside(storage, lambda tx: tx.users.record_log_in(user.id, now=NOON))

        assert await in_transaction(storage, lambda tx: tx.users.record_log_in(user.id, now=NOON)) is not None

    async def test_an_exception_lets_others_in(self, storage: Storage) -> None:
        user = await stored_user(storage)

        for _ in range(20):
            await roll_back(storage, lambda tx: tx.users.record_log_in(user.id, now=NOON))

        assert await in_transaction(storage, lambda tx: tx.users.record_log_in(user.id, now=NOON)) is not None

    async def test_whoever_is_cancelled_while_waiting_is_not_waited_for(self, storage: Storage) -> None:
        user = await stored_user(storage)

        async with storage.uow() as tx:
            await tx.users.record_log_in(user.id, now=NOON)
            waiting = [
                asyncio.create_task(
                    in_transaction(storage, lambda tx: tx.users.set_status(user.id, UserStatus.DISABLED, now=NOON))
                )
                for _ in range(5)
            ]
            await asyncio.wait(waiting, timeout=0.02)
            for each in waiting:
                each.cancel()
            outcomes = await asyncio.gather(*waiting, return_exceptions=True)

        assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError] * 5
        assert await in_transaction(storage, lambda tx: tx.users.set_status(user.id, UserStatus.DISABLED, now=NOON))

    async def test_a_transaction_sees_what_it_wrote(self, storage: Storage) -> None:
        scene = await _scene(storage)

        async with storage.uow() as tx:
            await _write_everywhere(tx, scene)
            found = await tx.users.find(scene.newcomer.id)
            live = await tx.sessions.live_of(scene.newcomer.id, now=NOON)
            events = await tx.audit.latest(subject=scene.newcomer.id, limit=10)

        assert found == scene.newcomer
        assert len(live) == len(events) == 1

    async def test_what_has_begun_is_seen_by_nobody_else(self, storage: Storage) -> None:
        newcomer = a_user()

        async with storage.uow() as tx:
            await tx.users.add(newcomer)
            seen_before = await storage.candidates.find(newcomer.email.canonical)

        assert seen_before is None
        assert await storage.candidates.find(newcomer.email.canonical) is not None

    async def test_many_transactions_at_once_all_come_to_their_end(self, storage: Storage) -> None:
        users = [await stored_user(storage) for _ in range(3)]

        async def write() -> None:
            async with storage.uow() as tx:
                for user in users:
                    await tx.audit.record(an_event(user.id))

        await race(20, write)

        async with storage.uow() as tx:
            events = [await tx.audit.latest(subject=user.id, limit=100) for user in users]
        assert [len(each) for each in events] == [20, 20, 20]

    async def test_a_transaction_may_do_nothing(self, storage: Storage) -> None:
        async with storage.uow():
            pass
        with pytest.raises(RollBack):
            async with storage.uow():
                raise RollBack

    async def test_one_transaction_follows_another(self, storage: Storage) -> None:
        uow = storage.uow
        first, second = a_user(), a_user()

        async with uow() as tx:
            await tx.users.add(first)
        async with uow() as tx:
            found = await tx.users.find(first.id)
            await tx.users.add(second)

        assert found == first
        assert await in_transaction(storage, lambda tx: tx.users.find(second.id)) == second


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """A user who is not stored yet, one who is, and the session of that one."""

    newcomer: User
    old: User
    session: Session


async def _scene(storage: Storage) -> _Scene:
    old = await stored_user(storage)
    return _Scene(newcomer=a_user(), old=old, session=await stored_session(storage, old))


async def _write_everywhere(tx: Tx, scene: _Scene) -> None:
    newcomer, old, session = scene.newcomer, scene.old, scene.session
    await tx.users.add(newcomer)
    await tx.passwords.add(a_password(newcomer.id), now=NOON)
    await tx.passwords.change(old.id, a_password_hash(), version=1, now=NOON)
    await tx.users.rename(old.id, first_name=name("Grace", field="first_name"), last_name=None, now=NOON)
    await tx.roles.assign(old.id, ADMIN.name, by=None, now=NOON)
    await tx.sessions.end(session.id, because=Reason.LOGGED_OUT, now=NOON)
    await tx.sessions.add(a_session(newcomer.id))
    await tx.audit.record(an_event(newcomer.id))


async def _traces(storage: Storage, scene: _Scene) -> set[str]:
    """Return which of the things `_write_everywhere` did have stayed."""
    newcomer, old, session = scene.newcomer, scene.old, scene.session
    async with asyncio.timeout(PATIENCE), storage.uow() as tx:
        renamed = await tx.users.find(old.id)
        password = await tx.passwords.find(old.id)
        assert renamed is not None
        assert password is not None
        stayed = {
            "user": await tx.users.find(newcomer.id) is not None,
            "password": password.version == 2,
            "rename": renamed.first_name != old.first_name,
            "session": bool(await tx.sessions.live_of(newcomer.id, now=NOON)),
            "event": bool(await tx.audit.latest(subject=newcomer.id, limit=10)),
        }
    stayed["role"] = bool((await principal_now(storage, old.id)).roles)
    stayed["end"] = (await session_now(storage, session.id)).ended_at is not None
    return {what for what, stays in stayed.items() if stays}


async def _cancel_inside(storage: Storage, act: Callable[[Tx], Awaitable[object]]) -> None:
    """Cancel a task in the middle of a transaction, when `act` is done and nothing is committed."""
    acted = asyncio.Event()

    async def never_finish() -> None:
        async with storage.uow() as tx:
            await act(tx)
            acted.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(never_finish())
    task.add_done_callback(lambda _: acted.set())
    async with asyncio.timeout(PATIENCE):
        await acted.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
