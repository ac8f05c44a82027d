"""Processes over one database, each of which has to hear of what another has revoked."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from auth_adapters.following import following
from auth_adapters.memory import FOR_TESTS, auth_in_memory, memory_ports
from auth_adapters.postgres import Database, Deadlines, PostgresPorts, postgres_ports
from auth_adapters.system import SystemClock
from auth_core import AuthCore, Fallback, Redacted, RevocationPolicy, RevokedToken
from auth_core.clock import Clock
from auth_core.revocation.model import Revocation
from auth_core.tokens.claims import VerifiedClaims
from tests.integration.postgres.person import Person

POLL = timedelta(milliseconds=500)
AT_ONCE = timedelta(0)
WITHIN_NOTIFY, WITHIN_POLLING = 1.0, 2.0


class NeverAsked:
    """The store, which a process that follows the feed has no need to ask."""

    async def stands(self, claims: VerifiedClaims) -> bool:
        raise AssertionError("the store was asked")


@asynccontextmanager
async def a_process(
    address: Redacted[str],
    *,
    notify: bool = True,
    fallback: Fallback | None = None,
    follows: bool = True,
    lag: timedelta = timedelta(seconds=30),
    clock: Clock | None = None,
    deadlines: Deadlines | None = None,
) -> AsyncGenerator[AuthCore]:
    """The core with connections of its own. Without a fallback it fails when it needs one."""
    clock = clock or SystemClock()
    revocation = RevocationPolicy(poll=POLL, allowed_lag=lag, fallback=fallback or Fallback.DATABASE)
    policies = replace(FOR_TESTS, revocation=revocation)
    database = Database(address, deadlines=deadlines or Deadlines())
    storage = postgres_ports(database, clock=clock, notify=notify, revocation=revocation)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        auth = await auth_in_memory(
            replace(
                memory_ports(clock=clock, policies=policies),
                uow=storage.uow,
                candidates=storage.candidates,
                profiles=storage.profiles,
                refresh_chains=storage.refresh_chains,
                access_check=storage.access_check if fallback else NeverAsked(),
                ended_sessions=storage.ended_sessions,
                revocation_feed=storage.revocation_feed,
                old_revocations=storage.old_revocations,
                known_clients=storage.known_clients,
                outbox_queue=storage.outbox_queue,
                arrivals=storage.arrivals,
                old_messages=storage.old_messages,
            ),
            policies=policies,
        )
        if follows:
            await stack.enter_async_context(following(auth.revocation.follow))
        yield auth


async def accepts(auth: AuthCore, person: Person) -> bool:
    assert person.tokens is not None
    try:
        await auth.tokens.verify_access_token(token=person.tokens.access_token.reveal())
    except RevokedToken:
        return False
    return True


async def delay_until_refused(auth: AuthCore, person: Person, *, patience: float = 10) -> float:
    """Ask without pause, as busy callers do, and return how many seconds it took."""
    began = time.perf_counter()
    async with asyncio.timeout(patience):
        while await accepts(auth, person):
            await asyncio.sleep(0.001)
    return time.perf_counter() - began


async def commit(storage: PostgresPorts, *revocations: Revocation) -> None:
    async with storage.uow() as tx:
        await tx.revocations.add(*revocations)
