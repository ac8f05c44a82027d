"""What a test of a storage contract begins with, written through the ports and committed."""

from dataclasses import replace
from datetime import datetime, timedelta

from auth_core.access.model import Principal, Role, RoleName, permission
from auth_core.assembly import Tx
from auth_core.audit.chain import Batch, SealedBatch, next_batch
from auth_core.ids import SessionId, UserId
from auth_core.origin import Origin
from auth_core.sessions.model import Session
from auth_core.testing.builders import a_password, a_role, a_session, a_user, an_event
from auth_core.testing.contracts.concurrency import in_transaction
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.doubles.unsafe_head_signer import UnsafeHeadSigner
from auth_core.testing.moments import NOON
from auth_core.users.model import User, UserStatus


async def stored_user(storage: Storage, *, roles: tuple[RoleName, ...] = (), at: datetime = NOON) -> User:
    """Return an active user with a password, of version 1, and `roles`."""
    user = a_user(at=at)

    async def store(tx: Tx) -> None:
        await tx.users.add(user)
        await tx.passwords.add(a_password(user.id), now=at)
        for role in roles:
            await tx.roles.assign(user.id, role, by=None, now=at)

    await in_transaction(storage, store)
    return user


async def stored_role(storage: Storage, *permissions: str, parents: tuple[Role, ...] = ()) -> Role:
    """Return a role that nobody holds."""

    async def store(tx: Tx) -> Role:
        role = a_role(*permissions, parents=parents, version=await tx.roles.next_version())
        await tx.roles.keep(role)
        return role

    return await in_transaction(storage, store)


async def change_role(storage: Storage, role: Role, *permissions: str) -> Role:
    """Let the role allow this instead."""

    async def change(tx: Tx) -> Role:
        changed = replace(
            role, permissions=frozenset(map(permission, permissions)), version=await tx.roles.next_version()
        )
        await tx.roles.keep(changed)
        return changed

    return await in_transaction(storage, change)


async def stored_session(
    storage: Storage,
    user: User,
    *,
    at: datetime = NOON,
    idle: timedelta = timedelta(days=7),
    absolute: timedelta = timedelta(days=30),
    origin: Origin | None = None,
    device: str | None = None,
) -> Session:
    """Return a session `user` opened at `at`."""
    session = a_session(user.id, at=at, idle=idle, absolute=absolute, origin=origin, device=device)
    await in_transaction(storage, lambda tx: tx.sessions.add(session))
    return session


async def set_status(storage: Storage, user: User, status: UserStatus) -> None:
    """Give `user` another status, and leave their sessions alone."""
    await in_transaction(storage, lambda tx: tx.users.set_status(user.id, status, now=NOON))


async def session_now(storage: Storage, session_id: SessionId) -> Session:
    """Return the session as it is stored now."""
    session = await in_transaction(storage, lambda tx: tx.sessions.lock(session_id))
    assert session is not None
    return session


async def principal_now(storage: Storage, user_id: UserId) -> Principal:
    """Return the active user as they are stored now."""
    principal = await in_transaction(storage, lambda tx: tx.principals.find(user_id))
    assert principal is not None
    return principal


async def sealed(storage: Storage) -> Batch:
    """Seal everything there is, and something besides; return the last batch."""
    await in_transaction(storage, lambda tx: tx.audit.record(an_event(None)))
    last: Batch | None = None
    while (batch := await in_transaction(storage, seal_next)) is not None:
        last = batch
    assert last is not None
    return last


async def seal_next(tx: Tx, *, limit: int = 1000) -> Batch | None:
    """Seal the next events into a batch; None when there are none."""
    newest = await tx.sealed_batches.last()
    last = newest.batch if newest else None
    unsealed = await tx.recorded_events.unsealed(last=last, lateness=timedelta(minutes=10), limit=limit)
    if unsealed is None:
        return None
    batch = next_batch(last, unsealed.events, seen_until=unsealed.seen_until, sealed_at=NOON)
    assert await tx.sealed_batches.append(SealedBatch(batch=batch, signature=UnsafeHeadSigner().sign(batch.head)))
    return batch
