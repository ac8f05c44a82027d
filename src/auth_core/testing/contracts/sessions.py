"""What every store of sessions promises."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from auth_core.assembly import Tx
from auth_core.ids import SessionId
from auth_core.origin import Origin
from auth_core.revocation.model import Reason
from auth_core.sessions.model import Others, Session
from auth_core.testing.builders import a_session, a_user
from auth_core.testing.contracts.arrangement import session_now, stored_session, stored_user
from auth_core.testing.contracts.concurrency import in_transaction, race, roll_back, while_open
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import NOON
from auth_core.users.model import User

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
TICK: Final = timedelta(microseconds=1)


class SessionsContract:
    """Subclass it and provide the fixture `storage`."""

    async def test_a_session_comes_back_as_it_was_added(self, storage: Storage) -> None:
        user = await stored_user(storage)

        session = await stored_session(storage, user)

        assert await session_now(storage, session.id) == session

    async def test_a_session_from_nowhere_comes_back_as_it_was_added(self, storage: Storage) -> None:
        user = await stored_user(storage)
        session = a_session(user.id, origin=Origin())

        await in_transaction(storage, lambda tx: tx.sessions.add(session))

        assert await session_now(storage, session.id) == session

    async def test_a_session_is_called_what_its_user_calls_it(self, storage: Storage) -> None:
        user = await stored_user(storage)

        session = await stored_session(storage, user, device="Ada\u2019s \U0001f4f1 'phone'")

        assert (await session_now(storage, session.id)).device == "Ada\u2019s \U0001f4f1 'phone'"

    async def test_whoever_adds_a_session_is_told_how_many_others_are_live_by_then(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)
        await stored_session(storage, bystander)
        ended = await stored_session(storage, user)
        await _end(storage, ended.id)
        await stored_session(storage, user, idle=HOUR)
        await stored_session(storage, user, idle=HOUR + TICK)
        over = await stored_session(storage, user, idle=HOUR, absolute=HOUR)
        await storage.refresh_chains.advance(over.id, 0, now=NOON, idle=DAY)
        await stored_session(storage, user)

        others = await _add(storage, a_session(user.id, at=NOON + HOUR))

        assert others.live == 2

    async def test_whoever_adds_the_first_session_is_told_that_there_is_no_other(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)
        await stored_session(storage, bystander)

        assert await _add(storage, a_session(user.id)) == Others(live=0, on_same_device=False)

    async def test_a_device_is_known_by_what_it_is_called_and_by_its_network(self, storage: Storage) -> None:
        user = await stored_user(storage)
        await stored_session(storage, user, origin=Origin(address="192.0.2.1"), device="Firefox on Linux")
        await stored_session(storage, user, origin=Origin(address=None), device="curl")
        asked = {
            ("192.0.2.254", "Firefox on Linux"): True,
            ("192.0.3.1", "Firefox on Linux"): False,
            (None, "Firefox on Linux"): False,
            ("192.0.2.1", "firefox on linux"): False,
            ("192.0.2.1", "curl"): False,
            (None, "curl"): True,
        }

        told = {
            (address, device): await _is_known(
                storage, a_session(user.id, origin=Origin(address=address), device=device)
            )
            for address, device in asked
        }

        assert told == asked

    async def test_a_device_is_remembered_as_long_as_any_session_on_it_is_kept(self, storage: Storage) -> None:
        user = await stored_user(storage)
        ended = await stored_session(storage, user, device="a phone")
        await _end(storage, ended.id)
        await stored_session(storage, user, device="a tablet", idle=HOUR, absolute=HOUR)

        later = NOON + 2 * HOUR
        assert (await _add(storage, a_session(user.id, device="a phone", at=later))).on_same_device
        assert (await _add(storage, a_session(user.id, device="a tablet", at=later))).on_same_device
        assert not (await _add(storage, a_session(user.id, device="a watch", at=later))).on_same_device

    async def test_of_many_who_log_in_at_once_each_is_told_of_those_before(self, storage: Storage) -> None:
        user = await stored_user(storage)

        async def log_in(tx: Tx) -> Others:
            await tx.users.record_log_in(user.id, now=NOON)
            return await tx.sessions.add(a_session(user.id))

        told = await race(20, lambda: in_transaction(storage, log_in))

        assert sorted(others.live for others in told) == list(range(20))

    async def test_a_session_that_is_not_there_is_not_found(self, storage: Storage) -> None:
        assert await in_transaction(storage, lambda tx: tx.sessions.lock(a_session(a_user().id).id)) is None

    async def test_a_session_ends_once_and_keeps_its_first_reason(self, storage: Storage) -> None:
        user = await stored_user(storage)
        session, other = await stored_session(storage, user), await stored_session(storage, user)

        ended = [
            await _end(storage, session.id, because=Reason.LOGGED_OUT),
            await _end(storage, session.id, because=Reason.REFRESH_TOKEN_REUSED),
        ]

        assert ended == [True, False]
        stored = await session_now(storage, session.id)
        assert (stored.ended_at, stored.ended_because) == (NOON + HOUR, Reason.LOGGED_OUT)
        assert await session_now(storage, other.id) == other

    async def test_a_session_that_is_not_there_does_not_end(self, storage: Storage) -> None:
        assert not await _end(storage, a_session(a_user().id).id)

    async def test_every_reason_can_be_kept(self, storage: Storage) -> None:
        user = await stored_user(storage)
        for reason in Reason:
            session = await stored_session(storage, user)

            await _end(storage, session.id, because=reason)

            assert (await session_now(storage, session.id)).ended_because is reason

    async def test_of_many_who_end_a_session_at_once_one_does(self, storage: Storage) -> None:
        session = await stored_session(storage, await stored_user(storage))

        ended = await race(20, lambda: _end(storage, session.id))

        assert sorted(ended) == [False] * 19 + [True]

    async def test_an_end_that_is_rolled_back_never_came(self, storage: Storage) -> None:
        session = await stored_session(storage, await stored_user(storage))

        await roll_back(storage, lambda tx: tx.sessions.end(session.id, because=Reason.LOGGED_OUT, now=NOON))

        assert await session_now(storage, session.id) == session

    async def test_all_live_sessions_of_a_user_end(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)
        mine = [await stored_session(storage, user) for _ in range(3)]
        theirs = await stored_session(storage, bystander)
        await _end(storage, mine[0].id, because=Reason.LOGGED_OUT)

        ended = await _end_all(storage, user)

        assert ended == 2
        stored = [await session_now(storage, each.id) for each in mine]
        assert [each.ended_because for each in stored] == [
            Reason.LOGGED_OUT,
            Reason.LOGGED_OUT_EVERYWHERE,
            Reason.LOGGED_OUT_EVERYWHERE,
        ]
        assert await session_now(storage, theirs.id) == theirs
        assert await _end_all(storage, user) == 0

    async def test_sessions_past_their_end_are_ended_too_since_another_clock_may_be_behind(
        self, storage: Storage
    ) -> None:
        user = await stored_user(storage)
        idle = await stored_session(storage, user, idle=HOUR, absolute=DAY)
        over = await stored_session(storage, user, idle=HOUR, absolute=HOUR)
        kept = await stored_session(storage, user, idle=HOUR + TICK, absolute=DAY)

        async def end_others(tx: Tx) -> Sequence[SessionId]:
            return await tx.sessions.end_others(user.id, keep=kept.id, because=Reason.PASSWORD_CHANGED, now=NOON + HOUR)

        assert set(await in_transaction(storage, end_others)) == {idle.id, over.id}
        assert None not in [(await session_now(storage, each.id)).ended_at for each in (idle, over)]
        assert await _end_all(storage, user) == 1

    async def test_all_sessions_but_one_end(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)
        mine = [await stored_session(storage, user) for _ in range(3)]
        theirs = await stored_session(storage, bystander)

        ended = await _end_others(storage, user, keep=mine[1].id)

        assert sorted(ended) == sorted([mine[0].id, mine[2].id])
        assert [(await session_now(storage, each.id)).ended_because for each in mine] == [
            Reason.PASSWORD_CHANGED,
            None,
            Reason.PASSWORD_CHANGED,
        ]
        assert await session_now(storage, theirs.id) == theirs

    async def test_all_sessions_end_when_the_one_to_keep_is_another_users(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)
        mine, theirs = await stored_session(storage, user), await stored_session(storage, bystander)

        ended = await _end_others(storage, user, keep=theirs.id)

        assert list(ended) == [mine.id]
        assert (await session_now(storage, mine.id)).ended_at is not None

    async def test_the_sessions_that_were_not_used_for_longest_end(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)
        theirs = await stored_session(storage, bystander)
        new, old, older, oldest = [await stored_session(storage, user, at=NOON - number * HOUR) for number in range(4)]
        await storage.refresh_chains.advance(oldest.id, 0, now=NOON, idle=DAY)

        ended = await _end_longest_unused(storage, user, keep=new.id, spare=1)

        assert sorted(ended) == sorted([old.id, older.id])
        stored = [await session_now(storage, each.id) for each in (new, old, older, oldest, theirs)]
        over = (NOON + HOUR, Reason.TOO_MANY_SESSIONS)
        assert [(each.ended_at, each.ended_because) for each in stored] == [
            (None, None), over, over, (None, None), (None, None),
        ]  # fmt: skip

    async def test_the_session_to_keep_does_not_end_though_no_other_was_unused_for_longer(
        self, storage: Storage
    ) -> None:
        user = await stored_user(storage)
        kept = await stored_session(storage, user, at=NOON - HOUR)
        others = [await stored_session(storage, user) for _ in range(2)]

        assert await _end_longest_unused(storage, user, keep=kept.id, spare=2) == []
        assert set(await _end_longest_unused(storage, user, keep=kept.id, spare=0)) == {each.id for each in others}
        assert (await session_now(storage, kept.id)).ended_at is None

    async def test_what_is_over_makes_no_room(self, storage: Storage) -> None:
        user = await stored_user(storage)
        new = await stored_session(storage, user)
        ended = await stored_session(storage, user)
        await _end(storage, ended.id)
        idle = await stored_session(storage, user, idle=HOUR)
        live = await stored_session(storage, user, at=NOON - HOUR, idle=DAY)

        assert await _end_longest_unused(storage, user, keep=new.id, spare=1) == []
        assert list(await _end_longest_unused(storage, user, keep=new.id, spare=0)) == [live.id]
        assert (await session_now(storage, ended.id)).ended_because is Reason.LOGGED_OUT
        assert (await session_now(storage, idle.id)).ended_at is None

    async def test_a_log_in_waits_for_the_end_of_all_sessions(self, storage: Storage) -> None:
        user = await stored_user(storage)
        await stored_session(storage, user)

        stamped = await while_open(
            storage,
            lambda tx: tx.sessions.end_all(user.id, because=Reason.LOGGED_OUT_EVERYWHERE, now=NOON),
            lambda: in_transaction(storage, lambda tx: tx.users.record_log_in(user.id, now=NOON)),
        )

        assert stamped is not None

    async def test_a_log_in_waits_for_the_end_of_no_session_too(self, storage: Storage) -> None:
        user = await stored_user(storage)
        only = await stored_session(storage, user)

        stamped = await while_open(
            storage,
            lambda tx: tx.sessions.end_others(user.id, keep=only.id, because=Reason.PASSWORD_CHANGED, now=NOON),
            lambda: in_transaction(storage, lambda tx: tx.users.record_log_in(user.id, now=NOON)),
        )

        assert stamped is not None

    async def test_the_live_sessions_are_listed_by_their_last_refresh(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)
        early = await stored_session(storage, user, at=NOON)
        late = await stored_session(storage, user, at=NOON + HOUR)
        middle = await stored_session(storage, user, at=NOON + HOUR / 2)
        await stored_session(storage, bystander)
        refreshed = await storage.refresh_chains.advance(early.id, 0, now=NOON + 2 * HOUR, idle=DAY)
        assert refreshed is not None

        live = await _live_of(storage, user, after=3 * HOUR)

        assert live == [refreshed.session, late, middle]

    async def test_what_cannot_be_used_is_not_listed(self, storage: Storage) -> None:
        user = await stored_user(storage)
        ended = await stored_session(storage, user)
        await _end(storage, ended.id)
        await stored_session(storage, user, idle=2 * HOUR, absolute=DAY)
        just_live = await stored_session(storage, user, idle=2 * HOUR + TICK, absolute=DAY)

        assert await _live_of(storage, user, after=2 * HOUR) == [just_live]
        assert await _live_of(storage, user, after=2 * HOUR + TICK) == []

    async def test_the_absolute_end_counts_though_the_idle_end_lies_behind_it(self, storage: Storage) -> None:
        user = await stored_user(storage)
        session = await stored_session(storage, user, idle=HOUR, absolute=2 * HOUR)
        advanced = await storage.refresh_chains.advance(session.id, 0, now=NOON, idle=DAY)
        assert advanced is not None

        assert await _live_of(storage, user, after=2 * HOUR - TICK) == [advanced.session]
        assert await _live_of(storage, user, after=2 * HOUR) == []

    async def test_nobody_has_no_sessions(self, storage: Storage) -> None:
        assert await _live_of(storage, a_user(), after=HOUR) == []

    async def test_ending_waits_for_who_has_locked_the_session(self, storage: Storage) -> None:
        session = await stored_session(storage, await stored_user(storage))

        ended = await while_open(storage, lambda tx: tx.sessions.lock(session.id), lambda: _end(storage, session.id))

        assert ended

    async def test_a_second_lock_waits_for_the_first_one_and_sees_what_it_did(self, storage: Storage) -> None:
        session = await stored_session(storage, await stored_user(storage))

        async def lock_and_end(tx: Tx) -> None:
            await tx.sessions.lock(session.id)
            await tx.sessions.end(session.id, because=Reason.REFRESH_TOKEN_REUSED, now=NOON)

        locked = await while_open(storage, lock_and_end, lambda: session_now(storage, session.id))

        assert locked.ended_because is Reason.REFRESH_TOKEN_REUSED

    async def test_a_refresh_waits_for_who_has_locked_the_session(self, storage: Storage) -> None:
        session = await stored_session(storage, await stored_user(storage))

        advanced = await while_open(
            storage,
            lambda tx: tx.sessions.lock(session.id),
            lambda: storage.refresh_chains.advance(session.id, 0, now=NOON, idle=DAY),
        )

        assert advanced is not None


async def _add(storage: Storage, session: Session) -> Others:
    return await in_transaction(storage, lambda tx: tx.sessions.add(session))


async def _is_known(storage: Storage, session: Session) -> bool:
    told: list[Others] = []

    async def add(tx: Tx) -> None:
        told.append(await tx.sessions.add(session))

    await roll_back(storage, add)
    return told[0].on_same_device


async def _end_longest_unused(storage: Storage, user: User, *, keep: SessionId, spare: int) -> Sequence[SessionId]:
    return await in_transaction(
        storage,
        lambda tx: tx.sessions.end_longest_unused(
            user.id, keep=keep, spare=spare, because=Reason.TOO_MANY_SESSIONS, now=NOON + HOUR
        ),
    )


async def _end(storage: Storage, session_id: SessionId, *, because: Reason = Reason.LOGGED_OUT) -> bool:
    return await in_transaction(storage, lambda tx: tx.sessions.end(session_id, because=because, now=NOON + HOUR))


async def _end_all(storage: Storage, user: User) -> int:
    return await in_transaction(
        storage, lambda tx: tx.sessions.end_all(user.id, because=Reason.LOGGED_OUT_EVERYWHERE, now=NOON + HOUR)
    )


async def _end_others(storage: Storage, user: User, *, keep: SessionId) -> Sequence[SessionId]:
    return await in_transaction(
        storage,
        lambda tx: tx.sessions.end_others(user.id, keep=keep, because=Reason.PASSWORD_CHANGED, now=NOON + HOUR),
    )


async def _live_of(storage: Storage, user: User, *, after: timedelta) -> list[Session]:
    return list(await in_transaction(storage, lambda tx: tx.sessions.live_of(user.id, now=NOON + after)))
