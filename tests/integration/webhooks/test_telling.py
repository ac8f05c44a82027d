"""Over PostgreSQL and a real receiver: what is committed is told, what is rolled back is not, and nobody waits."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import ip_network
from typing import Self

import pytest

from auth_adapters.memory import FOR_TESTS
from auth_adapters.postgres import Database, postgres_ports
from auth_adapters.system import SystemClock
from auth_adapters.webhooks.sender import HttpWebhookSender
from auth_core import AuthCore, Origin
from auth_core.audit.events import EventKind
from auth_core.ids import WebhookId
from auth_core.outbox.model import Outcome, State
from auth_core.testing import an_event
from auth_core.testing.contracts.concurrency import RollBack
from auth_core.webhooks.policy import WEBHOOK_DELIVERY, WebhookPolicy
from auth_core.webhooks.reach import Reach
from auth_http.delivery import WEBHOOKS, delivering
from tests.integration.postgres.person import auth_over, registered
from tests.integration.webhooks.receiving import LoopbackReceiver, a_receiver

POLICY = WebhookPolicy(
    reach=Reach(networks=(ip_network("127.0.0.0/8"),), unsafe_http=True),
    delivery=replace(WEBHOOK_DELIVERY, batch=8, poll=timedelta(milliseconds=50)),
)
CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class Told:
    auth: AuthCore
    receiver: LoopbackReceiver
    webhook_id: WebhookId

    @classmethod
    async def make(cls, auth: AuthCore, receiver: LoopbackReceiver, *types: str) -> Self:
        issued = await auth.webhooks.create(url=receiver.url, types=types, actor=None, origin=Origin())
        return cls(auth, receiver, issued.webhook.id)

    async def states(self) -> list[State]:
        page = await self.auth.webhooks.list_deliveries(webhook_id=self.webhook_id, limit=200)
        return [each.state for each in page.items]


@pytest.fixture
async def auth(database: Database) -> AsyncIterator[AuthCore]:
    sender = HttpWebhookSender(POLICY.reach)
    auth = await auth_over(database, CLOCK, policies=replace(FOR_TESTS, webhooks=POLICY), webhook_sender=sender)
    yield auth
    for each in await auth.webhooks.list():
        await auth.webhooks.delete(webhook_id=each.id, actor=None, origin=Origin())
    await sender.close()


@pytest.fixture
async def receiver() -> AsyncIterator[LoopbackReceiver]:
    async with a_receiver() as receiver:
        yield receiver


async def test_what_is_committed_is_told_and_what_is_rolled_back_is_not(
    auth: AuthCore, receiver: LoopbackReceiver, database: Database
) -> None:
    told = await Told.make(auth, receiver, "user.registered")
    uow = postgres_ports(database, clock=CLOCK).uow

    async def undone() -> None:
        async with uow() as tx:
            await tx.audit.record(an_event(None, kind=EventKind.USER_REGISTERED, at=CLOCK.now()))
            raise RollBack

    with pytest.raises(RollBack):
        await undone()
    before = await told.states()
    person = await registered(auth)

    assert before == []
    assert [each.outcome for each in await auth.webhooks.deliver()] == [Outcome.SENT]
    assert [json.loads(each.body)["data"]["user_id"] for each in receiver.requests] == [str(person.id)]
    assert await told.states() == [State.SENT]


async def test_whoever_delivers_hears_of_a_commit_at_once(
    auth: AuthCore, receiver: LoopbackReceiver, database: Database
) -> None:
    await Told.make(auth, receiver, "user.registered")
    rarely = replace(POLICY.delivery, poll=timedelta(hours=1))
    arrivals = postgres_ports(database, clock=CLOCK).arrivals

    async with delivering(auth.webhooks.deliver, arrivals=arrivals, policy=rarely, manner=WEBHOOKS):
        async with asyncio.timeout(20):  # until it listens
            while not receiver.requests:
                await registered(auth)
                await asyncio.sleep(0.2)
        count = len(receiver.requests)
        await registered(auth)
        await receiver.come(count + 1)


async def test_a_receiver_that_hangs_holds_up_no_other(auth: AuthCore, receiver: LoopbackReceiver) -> None:
    async with a_receiver() as hanging:
        hanging.will(*[None] * 50)
        await Told.make(auth, hanging, "user.registered")
        told = await Told.make(auth, receiver, "user.registered")
        for _ in range(20):
            await registered(auth)

        deliverer = asyncio.create_task(_keep_delivering(auth))
        await receiver.come(20)
        deliverer.cancel()

        assert len(hanging.requests) <= 2, "a quarter of a batch"
        assert await told.states() == [State.SENT] * 20
    with suppress(asyncio.CancelledError):
        await deliverer


async def _keep_delivering(auth: AuthCore) -> None:
    """Deliver as the service does, but for what it does in the end: wait for those that hang."""

    class Never:
        next = asyncio.Event()

    async with delivering(auth.webhooks.deliver, arrivals=Never(), policy=POLICY.delivery, manner=WEBHOOKS):
        await asyncio.Event().wait()
