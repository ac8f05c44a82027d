"""Every cause writes exactly the revocations it has to, in its own transaction."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from auth_adapters.memory import FOR_TESTS, MemoryStore, auth_in_memory, memory_ports
from auth_adapters.memory.audit import MemoryAuditTrail
from auth_core import InvalidRefreshToken, Redacted, SessionNotFound, WrongPassword, assemble
from auth_core.assembly import Tx
from auth_core.audit.events import AuditEvent
from auth_core.ids import SessionId
from auth_core.login.model import LoggedIn
from auth_core.revocation.model import Revocation, SessionRevocation, UserRevocation
from auth_core.sessions.refresh_chain import Advanced
from auth_core.testing import NOON
from auth_core.tokens.claims import read_access_claims
from tests.unit.contracts.broken_storage import BrokenUnitOfWork
from tests.unit.core_in_memory import HERE, MINUTE, OTHER_PASSWORD, PASSWORD, Core

UNTIL = NOON + FOR_TESTS.tokens.access_lifetime + FOR_TESTS.tokens.clock_skew

# A refresh does not wait for a change of rights: a token with the old ones may begin its life until the commit.
UNTIL_COMMITTED = FOR_TESTS.revocation.overlap

type Act = Callable[[Core, Sequence[LoggedIn]], Awaitable[object]]


def written(core: Core) -> list[Revocation]:
    """Everything that was ever revoked, in order."""
    return list(core.store.committed.revocations.values())


async def signed_in_twice(core: Core) -> list[LoggedIn]:
    user = await core.register()
    return [await core.log_in(user) for _ in range(2)]


def of_session(who: LoggedIn) -> Revocation:
    return SessionRevocation(session_id=who.tokens.session.id, until=UNTIL)


def of_user(who: LoggedIn, least_version: int) -> UserRevocation:
    return UserRevocation(user_id=who.user.id, least_version=least_version, until=UNTIL)


async def log_out(core: Core, held: Sequence[LoggedIn]) -> None:
    await core.auth.sessions.log_out(user_id=held[0].user.id, session_id=held[0].tokens.session.id, origin=HERE)


async def log_out_everywhere(core: Core, held: Sequence[LoggedIn]) -> None:
    await core.auth.sessions.log_out_everywhere(user_id=held[0].user.id, origin=HERE)


async def log_out_elsewhere(core: Core, held: Sequence[LoggedIn]) -> None:
    await core.auth.sessions.log_out_elsewhere(
        user_id=held[0].user.id, session_id=held[0].tokens.session.id, origin=HERE
    )


async def revoke(core: Core, held: Sequence[LoggedIn]) -> None:
    await core.auth.sessions.revoke(user_id=held[0].user.id, session_id=held[1].tokens.session.id, origin=HERE)


async def change_password(core: Core, held: Sequence[LoggedIn]) -> None:
    await core.change_password(held[0])


async def disable(core: Core, held: Sequence[LoggedIn]) -> None:
    await core.disable(held[0].user)


async def change_roles(core: Core, held: Sequence[LoggedIn]) -> None:
    await core.assign(held[0].user, "admin")


async def reuse(core: Core, held: Sequence[LoggedIn]) -> None:
    token = held[0].tokens.refresh_token
    later = await core.auth.sessions.refresh(refresh_token=token, origin=HERE)
    await core.auth.sessions.refresh(refresh_token=later.refresh_token, origin=HERE)
    with pytest.raises(InvalidRefreshToken):
        await core.auth.sessions.refresh(refresh_token=token, origin=HERE)


CAUSES: dict[str, tuple[Act, Callable[[Sequence[LoggedIn]], list[Revocation]]]] = {
    "log out": (log_out, lambda held: [of_session(held[0])]),
    "log out everywhere": (log_out_everywhere, lambda held: [of_user(held[0], 1)]),
    "log out elsewhere": (log_out_elsewhere, lambda held: [of_session(held[1])]),
    "revoke": (revoke, lambda held: [of_session(held[1])]),
    "change password": (change_password, lambda held: [of_session(held[1])]),
    "disable": (disable, lambda held: [of_user(held[0], 1)]),
    "change roles": (change_roles, lambda held: [replace(of_user(held[0], 1), until=UNTIL + UNTIL_COMMITTED)]),
    "reuse": (reuse, lambda held: [of_session(held[0])]),
}
each_cause = pytest.mark.parametrize(("act", "expected"), CAUSES.values(), ids=list(CAUSES))


@each_cause
@pytest.mark.covers("RFR-22", "R-S4", "R-F3")
async def test_a_cause_writes_these_revocations(
    core: Core, act: Act, expected: Callable[[Sequence[LoggedIn]], list[Revocation]]
) -> None:
    held = await signed_in_twice(core)
    before = written(core)

    await act(core, held)

    assert before == []
    assert written(core) == expected(held)


class FullTrail(MemoryAuditTrail):
    """Cannot keep one more event of an ending: the last write of every cause."""

    async def record(self, event: AuditEvent) -> None:
        if event.kind.value.startswith(("session", "refresh_token", "password", "user.disabled", "user.roles")):
            raise FullError
        await super().record(event)


class FullError(Exception):
    pass


@each_cause
async def test_a_cause_that_is_rolled_back_has_written_none(
    act: Act, expected: Callable[[Sequence[LoggedIn]], list[Revocation]]
) -> None:
    store = MemoryStore()
    core = await Core.make(store=store)
    held = await signed_in_twice(core)
    failing = memory_ports(
        store=store,
        clock=core.clock,
        uow=BrokenUnitOfWork(store, audit=FullTrail),
        key_ring=core.ports.key_ring,
        access_tokens=core.ports.access_tokens,
        refresh_tokens=core.ports.refresh_tokens,
    )
    broken = replace(core, auth=await auth_in_memory(failing), ports=failing)

    with pytest.raises(FullError):
        await act(broken, held)

    assert written(core) == []
    assert len(broken.auth.revocation.revoked) == 0


@pytest.mark.parametrize("first", [log_out, disable])
@pytest.mark.parametrize("again", [log_out, disable])
async def test_what_has_ended_is_not_revoked_again(core: Core, first: Act, again: Act) -> None:
    held = await signed_in_twice(core)
    await first(core, held)
    before = written(core)

    await again(core, held)

    assert written(core) == before + ([of_user(held[0], 1)] if (first, again) == (log_out, disable) else [])


async def test_nothing_else_revokes(core: Core) -> None:
    phone, laptop = await signed_in_twice(core)
    stranger = await core.signed_in()

    await core.auth.sessions.refresh(refresh_token=phone.tokens.refresh_token, origin=HERE)
    await core.auth.sessions.refresh(refresh_token=phone.tokens.refresh_token, origin=HERE)
    with pytest.raises(SessionNotFound):
        await core.auth.sessions.revoke(user_id=stranger.user.id, session_id=laptop.tokens.session.id, origin=HERE)
    with pytest.raises(WrongPassword):
        await core.change_password(phone, current=OTHER_PASSWORD, new="yet another long password")
    await core.auth.users.update_profile(user_id=phone.user.id, first_name="Grace", origin=HERE)
    await core.enable(phone.user)

    assert written(core) == []


async def test_enabling_revives_nothing_and_needs_no_revocation(core: Core) -> None:
    held = await signed_in_twice(core)
    await core.disable(held[0].user)
    before = written(core)

    await core.enable(held[0].user)

    assert written(core) == before


async def test_whoever_signs_in_after_signing_out_everywhere_holds_a_token_that_counts(core: Core) -> None:
    held = await signed_in_twice(core)
    await log_out_everywhere(core, held)
    new = await core.log_in(held[0].user)
    await core.auth.revocation.follow()

    claims = await core.auth.tokens.verify_access_token(token=new.tokens.access_token.reveal())

    assert claims.principal.security_version == 1


async def test_a_revocation_lasts_from_the_moment_it_is_written_as_long_as_a_token_can(core: Core) -> None:
    held = await signed_in_twice(core)
    core.clock.advance(7 * MINUTE)
    refreshed = await core.auth.sessions.refresh(refresh_token=held[0].tokens.refresh_token, origin=HERE)
    await log_out(core, held)

    (revocation,) = written(core)

    assert revocation.until == UNTIL + 7 * MINUTE
    assert revocation.until - core.clock.now() > refreshed.access_lifetime


class Delayed:
    """Chains, and transactions, after whose end the process is held up for a long time."""

    def __init__(self, core: Core, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self._core = core
        self._meanwhile = meanwhile

    async def advance(
        self, session_id: SessionId, generation: int, *, now: datetime, idle: timedelta
    ) -> Advanced | None:
        advanced = await self._core.ports.refresh_chains.advance(session_id, generation, now=now, idle=idle)
        await self._hold_up()
        return advanced

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[Tx]:
        async with self._core.ports.uow() as tx:
            yield tx
        await self._hold_up()

    async def _hold_up(self) -> None:
        await self._meanwhile()
        self._core.clock.advance(10 * MINUTE)


@pytest.mark.covers("RFR-09")
async def test_a_refresh_that_is_held_up_gives_no_token_that_outlives_a_revocation_meanwhile(core: Core) -> None:
    held = await signed_in_twice(core)
    delayed = Delayed(core, lambda: log_out(core, held))
    auth = assemble(replace(core.ports, refresh_chains=delayed), core.policies)

    pair = await auth.sessions.refresh(refresh_token=held[0].tokens.refresh_token, origin=HERE)

    claims = read_access_claims(
        core.ports.access_tokens.open(pair.access_token.reveal()), now=core.clock.now(), policy=core.policies.tokens
    )
    assert claims.expires_at <= written(core)[0].until


@pytest.mark.covers("RFR-09")
async def test_a_log_in_that_is_held_up_gives_no_token_that_outlives_a_revocation_meanwhile(core: Core) -> None:
    user = await core.register()

    async def disable_meanwhile() -> None:
        await core.disable(user)

    auth = assemble(replace(core.ports, uow=Delayed(core, disable_meanwhile)), core.policies)

    who = await auth.login.log_in(email=user.email.address, password=Redacted(PASSWORD), origin=HERE)

    claims = read_access_claims(
        core.ports.access_tokens.open(who.tokens.access_token.reveal()),
        now=core.clock.now(),
        policy=core.policies.tokens,
    )
    assert claims.expires_at <= written(core)[0].until


async def test_what_no_token_outlives_is_purged_once_every_clock_is_past_it(core: Core) -> None:
    held = await signed_in_twice(core)
    await log_out(core, held)
    core.clock.move_to(UNTIL + FOR_TESTS.tokens.clock_skew)
    await core.auth.upkeep.purge()
    kept = written(core)
    core.clock.advance(timedelta(microseconds=1))
    await core.auth.upkeep.purge()

    assert len(kept) == 1
    assert written(core) == []
