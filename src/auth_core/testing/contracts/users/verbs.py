"""The verbs of a store of users, each in a transaction of its own."""

from datetime import timedelta
from typing import Final

from auth_core.ids import UserId
from auth_core.testing.contracts.concurrency import in_transaction
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import NOON
from auth_core.users.email_address import EmailAddress
from auth_core.users.model import User, UserStatus, name

LATER: Final = NOON + timedelta(hours=1)
GRACE: Final = name("Grace", field="first_name")


async def find_user(storage: Storage, user: User) -> User | None:
    """Return them as they are stored, if they are."""
    return await in_transaction(storage, lambda tx: tx.users.find(user.id))


async def found_user(storage: Storage, user: User) -> User:
    """Return them as they are stored, which they are."""
    found = await find_user(storage, user)
    assert found is not None
    return found


async def verify_email(storage: Storage, user_id: UserId) -> bool:
    """Say whether the address became proven, an hour past noon."""
    return await in_transaction(storage, lambda tx: tx.users.verify_email(user_id, now=LATER))


async def change_email(storage: Storage, user_id: UserId, email: EmailAddress) -> User | None:
    """Return them with their other address, if they are there."""
    return await in_transaction(storage, lambda tx: tx.users.change_email(user_id, email, now=LATER))


async def delete(storage: Storage, user_id: UserId) -> int | None:
    """Return the security version that the deletion raised, if they were there."""
    return await in_transaction(storage, lambda tx: tx.users.delete(user_id, now=LATER))


async def restore(storage: Storage, user_id: UserId) -> User | None:
    """Return them as they were, if they were deleted."""
    return await in_transaction(storage, lambda tx: tx.users.restore(user_id, now=LATER))


async def change_status(storage: Storage, user_id: UserId, status: UserStatus) -> int | None:
    """Return the security version that the change raised, if it was one."""
    return await in_transaction(storage, lambda tx: tx.users.set_status(user_id, status, now=LATER))


async def raise_version(storage: Storage, user_id: UserId) -> int | None:
    """Return the security version, one higher, if they are there."""
    return await in_transaction(storage, lambda tx: tx.users.raise_security_version(user_id, now=LATER))


async def record_log_in(storage: Storage, user_id: UserId) -> User | None:
    """Return them with the log-in stamped, if they may log in."""
    return await in_transaction(storage, lambda tx: tx.users.record_log_in(user_id, now=LATER))
