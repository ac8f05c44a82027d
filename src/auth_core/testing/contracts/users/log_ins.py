"""What every store of users promises: who may log in, and what waits for it."""

from auth_core.assembly import Tx
from auth_core.revocation.model import Reason
from auth_core.testing.builders import a_password_hash, a_session, a_user
from auth_core.testing.contracts.arrangement import set_status, stored_session, stored_user
from auth_core.testing.contracts.concurrency import in_transaction, race, while_open
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.contracts.users.verbs import LATER, find_user, found_user, record_log_in
from auth_core.testing.moments import NOON
from auth_core.users.model import UserStatus


class LogIns:
    """Part of `UsersContract`: who may log in, and what waits for it."""

    async def test_a_log_in_is_stamped(self, storage: Storage) -> None:
        user = await stored_user(storage)

        stamped = await record_log_in(storage, user.id)

        assert stamped is not None
        assert stamped.last_login_at == LATER
        assert await find_user(storage, user) == stamped

    async def test_only_active_users_log_in(self, storage: Storage) -> None:
        disabled = await stored_user(storage)
        await set_status(storage, disabled, UserStatus.DISABLED)

        assert await record_log_in(storage, disabled.id) is None
        assert await record_log_in(storage, a_user().id) is None
        found = await found_user(storage, disabled)
        assert found.last_login_at is None

    async def test_many_log_ins_of_one_user_at_once_all_succeed(self, storage: Storage) -> None:
        user = await stored_user(storage)

        stamped = await race(20, lambda: record_log_in(storage, user.id))

        assert None not in stamped

    async def test_a_log_in_waits_for_a_change_of_status(self, storage: Storage) -> None:
        user = await stored_user(storage)

        stamped = await while_open(
            storage,
            lambda tx: tx.users.set_status(user.id, UserStatus.DISABLED, now=NOON),
            lambda: record_log_in(storage, user.id),
        )

        assert stamped is None

    async def test_a_log_in_counts_when_the_change_of_status_before_it_was_rolled_back(self, storage: Storage) -> None:
        user = await stored_user(storage)

        stamped = await while_open(
            storage,
            lambda tx: tx.users.set_status(user.id, UserStatus.DISABLED, now=NOON),
            lambda: record_log_in(storage, user.id),
            rolled_back=True,
        )

        assert stamped is not None

    async def test_a_change_of_password_waits_for_a_change_of_status(self, storage: Storage) -> None:
        user = await stored_user(storage)

        changed = await while_open(
            storage,
            lambda tx: tx.users.set_status(user.id, UserStatus.DISABLED, now=NOON),
            lambda: in_transaction(
                storage, lambda tx: tx.passwords.change(user.id, a_password_hash(), version=1, now=NOON)
            ),
        )

        assert not changed

    async def test_a_change_of_status_waits_for_a_log_in(self, storage: Storage) -> None:
        user = await stored_user(storage)

        async def log_in(tx: Tx) -> None:
            await tx.users.record_log_in(user.id, now=NOON)
            await tx.sessions.add(a_session(user.id))

        async def disable(tx: Tx) -> int:
            await tx.users.set_status(user.id, UserStatus.DISABLED, now=NOON)
            return await tx.sessions.end_all(user.id, because=Reason.USER_DISABLED, now=NOON)

        ended = await while_open(storage, log_in, lambda: in_transaction(storage, disable))

        assert ended == 1

    async def test_the_end_of_all_sessions_waits_for_a_log_in(self, storage: Storage) -> None:
        user = await stored_user(storage)
        await stored_session(storage, user)

        async def log_in(tx: Tx) -> None:
            await tx.users.record_log_in(user.id, now=NOON)
            await tx.sessions.add(a_session(user.id))

        ended = await while_open(
            storage,
            log_in,
            lambda: in_transaction(
                storage, lambda tx: tx.sessions.end_all(user.id, because=Reason.LOGGED_OUT_EVERYWHERE, now=NOON)
            ),
        )

        assert ended == 2
