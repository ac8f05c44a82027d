"""Whoever is cut off from the feed of revocations accepts nothing that was revoked for longer than agreed."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.following import Follower
from auth_adapters.memory import auth_in_memory, memory_ports
from auth_adapters.postgres import Database, Deadlines, PostgresPorts, postgres_ports
from auth_core import AuthCore, Fallback, Redacted, RevocationPolicy, RevocationsUnknown, Unavailable
from auth_core.revocation.ports import Batch, Cursor
from auth_core.testing import MovableClock
from tests.integration.postgres.cutting_proxy import proxied
from tests.integration.postgres.followers import cut_off_followers
from tests.integration.postgres.person import Person, signed_in
from tests.integration.postgres.processes import POLL, WITHIN_NOTIFY, a_process, accepts, delay_until_refused


@pytest.mark.covers("DB-05")
async def test_a_follower_whose_connection_is_killed_hears_of_it_all_the_same(
    address: Redacted[str], operator: AsyncEngine
) -> None:
    async with a_process(address) as here, a_process(address) as there:
        for _ in range(5):
            person = await signed_in(here)
            before = await accepts(there, person)

            await cut_off_followers(operator)
            await person.log_out()

            assert before
            assert await delay_until_refused(there, person) < POLL.total_seconds() + WITHIN_NOTIFY


class Cuttable:
    """A feed that can be cut off."""

    def __init__(self, storage: PostgresPorts) -> None:
        self.is_cut = False
        self._feed = storage.revocation_feed

    async def changes(self, *, after: Cursor | None, wait: timedelta) -> Batch:
        if self.is_cut:
            raise Unavailable(Unavailable.SHORTLY)
        return await self._feed.changes(after=after, wait=wait)


async def test_with_the_feed_cut_the_store_is_asked_until_it_is_back(address: Redacted[str]) -> None:
    clock = MovableClock()
    database = Database(address)
    storage = postgres_ports(database, clock=clock)
    feed = Cuttable(storage)
    made = memory_ports(clock=clock)
    auth = await auth_in_memory(
        replace(
            made,
            uow=storage.uow,
            candidates=storage.candidates,
            profiles=storage.profiles,
            refresh_chains=storage.refresh_chains,
            access_check=storage.access_check,
            revocation_feed=feed,
        )
    )
    told: list[bool] = []
    follower = Follower(auth.revocation.follow, tell=told.append)
    async with a_process(address, clock=clock, follows=False, fallback=Fallback.DATABASE) as elsewhere:
        await follower.step()
        person = await signed_in(elsewhere)
        staying = await signed_in(elsewhere)
        await auth.tokens.load_keys()

        feed.is_cut = True
        await person.log_out()
        while_trusted = await accepts(auth, person)
        clock.advance(RevocationPolicy().allowed_lag + timedelta(microseconds=1))
        await follower.step()

        assert while_trusted
        assert told == [False]
        assert auth.revocation.follow.staleness() == timedelta(seconds=5, microseconds=1)
        assert not await accepts(auth, person)
        assert await accepts(auth, staying)
        feed.is_cut = False
        await follower.step()
        assert told == [False, True]
        assert not await accepts(auth, person)
        assert await accepts(auth, staying)
    await database.close()


async def test_with_the_network_gone_the_strict_accept_no_token_past_the_bound(address: Redacted[str]) -> None:
    lag = timedelta(seconds=1)
    patience = Deadlines.of(timedelta(seconds=0.5))
    async with (
        a_process(address, follows=False, fallback=Fallback.DATABASE) as here,
        proxied(address) as (proxy, through),
        a_process(through, fallback=Fallback.STRICT, lag=lag, deadlines=patience) as there,
    ):
        leaving, staying = await signed_in(here), await signed_in(here)
        await there.tokens.load_keys()
        before = [await accepts(there, person) for person in (leaving, staying)]
        proxy.freeze()
        cut_at = time.perf_counter()
        await leaving.log_out()
        accepted_at: list[float] = []
        refused = 0
        while (now := time.perf_counter() - cut_at) < 3 * lag.total_seconds():
            for person in (leaving, staying):
                try:
                    if await accepts(there, person):
                        accepted_at.append(now)
                except RevocationsUnknown:
                    refused += 1
            await asyncio.sleep(0.002)
        staleness = there.revocation.follow.staleness()
        proxy.thaw()
        await delay_until_refused_or_told(there, leaving)

        assert before == [True, True]
        assert staleness is None or staleness > lag
        assert refused > 100
        # A look may have begun just before the cut and been answered just in time.
        assert max(accepted_at) <= lag.total_seconds() + 0.1
        assert await accepts(there, staying)


async def delay_until_refused_or_told(auth: AuthCore, person: Person) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                if not await accepts(auth, person):
                    return
            except RevocationsUnknown:
                pass
            await asyncio.sleep(0.01)
