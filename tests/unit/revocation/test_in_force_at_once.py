"""In the process that revoked, what was revoked is refused from the acknowledgement on, and without asking anybody."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from auth_adapters.memory import MemoryStore, auth_in_memory
from auth_adapters.memory.unit_of_work import MemoryTx, MemoryUnitOfWork
from auth_core import OutcomeUnknown, RevokedToken, Unavailable, assemble
from auth_core.login.model import LoggedIn
from auth_core.revocation.enforcing import EnforcingUnitOfWork
from auth_core.revocation.ports import Batch, Cursor
from auth_core.revocation.revoked_set import RevokedSet
from auth_core.testing import NOON, a_session_revocation
from auth_core.tokens.claims import VerifiedClaims
from tests.unit.core_in_memory import HERE, Core
from tests.unit.revocation.test_causes import (
    change_password,
    disable,
    log_out,
    log_out_elsewhere,
    log_out_everywhere,
    reuse,
    revoke,
    signed_in_twice,
)


class AskedWithoutNeed:
    """An access check that must not be asked."""

    async def stands(self, claims: VerifiedClaims) -> bool:
        raise AssertionError("nobody should have asked the store")


async def following(core: Core) -> Core:
    """The same core, which follows its feed and cannot ask the store."""
    ports = replace(core.ports, access_check=AskedWithoutNeed())
    followed = replace(core, ports=ports, auth=await auth_in_memory(ports, policies=core.policies))
    await followed.auth.revocation.follow()
    return followed


async def accepted(core: Core, who: LoggedIn) -> bool:
    try:
        await core.auth.tokens.verify_access_token(token=who.tokens.access_token.reveal())
    except RevokedToken:
        return False
    return True


@pytest.mark.covers("SES-06", "R-S4", "JWT-20", "RFR-22")
@pytest.mark.parametrize(
    ("act", "left"),
    [
        (log_out, [False, True]),
        (log_out_elsewhere, [True, False]),
        (revoke, [True, False]),
        (change_password, [True, False]),
        (reuse, [False, True]),
        (log_out_everywhere, [False, False]),
        (disable, [False, False]),
    ],
)
async def test_what_has_ended_is_refused_with_the_acknowledgement(
    core: Core, act: Callable[[Core, list[LoggedIn]], Awaitable[object]], left: list[bool]
) -> None:
    core = await following(core)
    held = await signed_in_twice(core)
    bystander = await core.signed_in()
    before = [await accepted(core, who) for who in held]

    await act(core, held)

    assert before == [True, True]
    assert [await accepted(core, who) for who in held] == left
    assert await accepted(core, bystander)


async def test_another_process_knows_it_after_its_next_look(core: Core) -> None:
    here, there = await following(core), await following(core)
    (phone, laptop) = await signed_in_twice(here)
    await log_out(here, [phone])
    at_first = await accepted(there, phone)

    await there.auth.revocation.follow()

    assert at_first
    assert not await accepted(there, phone)
    assert await accepted(there, laptop)


class BreaksAtCommit(MemoryUnitOfWork):
    """Loses the connection while it commits, or is cancelled, or is refused, after the commit or instead of it."""

    def __init__(self, store: MemoryStore, error: BaseException, *, commits: bool) -> None:
        super().__init__(store)
        self._error = error
        self._commits = commits

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[MemoryTx]:
        async with self._store.exclusively():
            tables = self._store.committed.copy()
            yield MemoryTx.over(tables)
            if self._commits:
                self._store.commit(tables)
            raise self._error


async def add_one(uow: EnforcingUnitOfWork[MemoryTx]) -> None:
    async with uow() as tx:
        await tx.revocations.add(a_session_revocation())


def confirmed() -> RevokedSet:
    revoked = RevokedSet(most=10)
    revoked.take_in(Batch(revocations=(), cursor=Cursor("1")), revoked.look(NOON))
    return revoked


@pytest.mark.parametrize("commits", [True, False])
@pytest.mark.parametrize("error", [OutcomeUnknown(Unavailable.SHORTLY), asyncio.CancelledError()])
async def test_when_nobody_knows_whether_it_was_committed_nothing_known_before_is_trusted(
    error: BaseException, commits: bool
) -> None:
    revoked = confirmed()
    uow = EnforcingUnitOfWork(BreaksAtCommit(MemoryStore(), error, commits=commits), revoked)

    with pytest.raises(type(error)):
        await add_one(uow)

    assert revoked.staleness(NOON) is None
    assert len(revoked) == 0


async def test_a_commit_that_was_refused_changes_nothing() -> None:
    revoked = confirmed()
    refused = BreaksAtCommit(MemoryStore(), Unavailable(Unavailable.SHORTLY), commits=False)

    with pytest.raises(Unavailable):
        await add_one(EnforcingUnitOfWork(refused, revoked))

    assert revoked.staleness(NOON) is not None
    assert len(revoked) == 0


async def test_a_transaction_without_revocations_may_end_as_it_likes() -> None:
    revoked = confirmed()
    broken = BreaksAtCommit(MemoryStore(), OutcomeUnknown(Unavailable.SHORTLY), commits=True)

    with pytest.raises(OutcomeUnknown):
        async with EnforcingUnitOfWork(broken, revoked)():
            pass

    assert revoked.staleness(NOON) is not None


@pytest.mark.parametrize("error", [ValueError(), asyncio.CancelledError(), OutcomeUnknown(Unavailable.SHORTLY)])
async def test_what_fails_inside_is_rolled_back_and_not_in_force(error: BaseException) -> None:
    revoked, store = confirmed(), MemoryStore()

    async def fail() -> None:
        async with EnforcingUnitOfWork(MemoryUnitOfWork(store), revoked)() as tx:
            await tx.revocations.add(a_session_revocation())
            raise error

    with pytest.raises(type(error)):
        await fail()

    assert len(revoked) == 0
    assert revoked.staleness(NOON) is not None
    assert not store.committed.revocations


async def test_after_an_unknown_outcome_the_store_decides_and_the_call_can_be_repeated(core: Core) -> None:
    await core.auth.revocation.follow()
    phone, _ = await signed_in_twice(core)
    lost = BreaksAtCommit(core.store, OutcomeUnknown(Unavailable.SHORTLY), commits=False)
    ports = replace(core.ports, uow=lost)
    broken = replace(core, auth=assemble(ports, core.policies))
    await broken.auth.revocation.follow()

    with pytest.raises(OutcomeUnknown):
        await broken.auth.sessions.log_out(user_id=phone.user.id, session_id=phone.tokens.session.id, origin=HERE)

    assert await accepted(broken, phone)
    await log_out(core, [phone])
    assert not await accepted(broken, phone)
