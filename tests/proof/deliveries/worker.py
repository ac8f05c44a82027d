"""`python -m tests.proof.deliveries.worker mail|webhooks`: what `auth-service worker` does, with a plan to die by."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from auth_core.ids import ClaimId, MessageId
from auth_core.outbox.model import Answer, Backlog, Mail, State
from auth_core.outbox.policy import DeliveryPolicy
from auth_core.outbox.ports import Mailer, MailPorts, Queue
from auth_core.webhooks.model import Response, SignedRequest
from auth_core.webhooks.ports import WebhookSender
from auth_http.container import Container, container_of_environment
from auth_http.delivery import WEBHOOKS, delivering
from auth_http.lifespan import opened
from tests.proof.deliveries.points import Plan, Point

POLICY: Final = DeliveryPolicy(
    batch=5,
    lease=timedelta(seconds=6),
    send_within=timedelta(seconds=3),
    attempts=1000,
    first_delay=timedelta(milliseconds=100),
    longest_delay=timedelta(seconds=1),
    poll=timedelta(milliseconds=50),
)
# A quarter of a batch is one webhook's share, and what a dead deliverer holds of that counts until its claim runs out.
WEBHOOK_POLICY: Final = replace(POLICY, batch=20, lease=timedelta(seconds=3), send_within=timedelta(seconds=1.5))


@dataclass(slots=True)
class Fate:
    """Counts how often each point is come to, and does what is planned."""

    plan: Plan | None
    seen: int = 0

    def at(self, point: Point) -> None:
        if self.plan is None or self.plan.point is not point:
            return
        self.seen += 1
        if self.seen == self.plan.nth:
            self.plan.carry_out()


@dataclass(frozen=True, slots=True)
class FatefulQueue[Item]:
    queue: Queue[Item]
    fate: Fate

    async def claim(self, claim: ClaimId, *, limit: int, now: datetime, until: datetime) -> Sequence[Item]:
        backlog = await self.queue.look()
        if backlog.waiting:
            self.fate.at(Point.CLAIMING)
        claimed = await self.queue.claim(claim, limit=limit, now=now, until=until)
        if claimed:
            self.fate.at(Point.CLAIMED)
        return claimed

    async def end(
        self, message_id: MessageId, claim: ClaimId, state: State, *, now: datetime, reason: str | None = None
    ) -> bool:
        ended = await self.queue.end(message_id, claim, state, now=now, reason=reason)
        self.fate.at(Point.SETTLED)
        return ended

    async def postpone(self, message_id: MessageId, claim: ClaimId, *, until: datetime, reason: str) -> bool:
        return await self.queue.postpone(message_id, claim, until=until, reason=reason)

    async def look(self) -> Backlog:
        return await self.queue.look()


@dataclass(frozen=True, slots=True)
class FatefulMailer:
    mailer: Mailer
    fate: Fate

    async def send(self, mail: Mail) -> Answer:
        self.fate.at(Point.SENDING)
        answer = await self.mailer.send(mail)
        self.fate.at(Point.SENT)
        return answer


@dataclass(frozen=True, slots=True)
class FatefulSender:
    sender: WebhookSender
    fate: Fate

    async def post(self, request: SignedRequest) -> Response:
        self.fate.at(Point.SENDING)
        response = await self.sender.post(request)
        self.fate.at(Point.SENT)
        return response


def by_mail(container: Container, fate: Fate) -> AbstractAsyncContextManager[None]:
    """Deliver mail as the service does, to a fate."""
    deliver, mail = container.auth().outbox.deliver, container.mail()
    assert mail is not None
    fateful = replace(
        deliver,
        lane=replace(deliver.lane, queue=FatefulQueue(deliver.lane.queue, fate), policy=POLICY),
        mail=MailPorts(wording=mail.wording, mailer=FatefulMailer(mail.mailer, fate)),
    )
    return delivering(fateful, arrivals=container.ports().arrivals, policy=POLICY)


def by_webhooks(container: Container, fate: Fate) -> AbstractAsyncContextManager[None]:
    """Post to webhooks as the service does, to a fate."""
    deliver = container.auth().webhooks.deliver
    fateful = replace(
        deliver,
        lane=replace(deliver.lane, queue=FatefulQueue(deliver.lane.queue, fate), policy=WEBHOOK_POLICY),
        sender=FatefulSender(container.webhook_sender(), fate),
    )
    return delivering(fateful, arrivals=container.ports().arrivals, policy=WEBHOOK_POLICY, manner=WEBHOOKS)


WAYS: Final = MappingProxyType({"mail": by_mail, "webhooks": by_webhooks})


async def main(way: str) -> None:
    """Deliver in that way until told to stop, or until the plan is carried out."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    container, fate = container_of_environment(), Fate(Plan.of(os.environ))
    async with opened(container), WAYS[way](container, fate):
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
