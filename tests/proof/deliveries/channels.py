"""What is delivered, and to whom: mail to a mail server, or events to a receiver of webhooks. Both are real."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.parser import BytesHeaderParser
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, Protocol
from uuid import UUID

from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.message_vault import SealingMessageVault
from auth_adapters.postgres.ports import PostgresPorts
from auth_adapters.system import SystemClock, SystemEntropy
from auth_core import InvalidWebhook, Redacted
from auth_core.assembly import Tx
from auth_core.audit.events import AuditEvent, EventKind, Outcome
from auth_core.ids import Ids, MessageId
from auth_core.origin import Origin
from auth_core.outbox.messages import PasswordChanged
from auth_core.outbox.model import Recipient
from auth_core.outbox.ports import Queue
from auth_core.outbox.posting import Posting
from auth_core.testing import an_email
from tests.integration.mail.server import MailServer, a_mail_server
from tests.integration.webhooks.receiving import LoopbackReceiver, a_receiver

SECRET: Final = "Zk3v9QmT7rXw2LpB8sYdFh5NcJg1Ku4aE6tVo0Re"
_BUSY: Final = 0.05
"""How many of a hundred, in parts of one, are put off the first time."""

_IDS: Final = Ids(clock=SystemClock(), entropy=SystemEntropy())


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that was taken. What is the same in every copy is its content."""

    id: UUID
    content: bytes


class Channel(Protocol):
    """One way of telling. `stored` asks for the id and the state of everything that is to be told."""

    @property
    def name(self) -> str: ...

    @property
    def campaign(self) -> str: ...

    @property
    def stored(self) -> str: ...

    @property
    def environment(self) -> Mapping[str, str]:
        """The settings by which a deliverer finds whoever is told."""
        ...

    @property
    def arrivals(self) -> int:
        """How many have come."""
        ...

    async def get_ready(self, environment: Mapping[str, str]) -> None:
        """Do what is to be done once, over a database that is there."""
        ...

    async def post(self, tx: Tx, made: set[UUID], *, count: int, at: datetime) -> None:
        """Let so many things be told if the transaction commits; their ids are `made` before they are written."""
        ...

    def queue(self, ports: PostgresPorts) -> Queue[Any]:
        """Return what waits."""
        ...

    def arrived(self) -> Sequence[Arrival]:
        """Return what was taken, in its order."""
        ...

    def when_taken(self, do: Callable[[], None] | None) -> None:
        """Do this when the next one is kept, and whoever sends it does not know yet."""
        ...

    def told(self, found: Sequence[Arrival]) -> dict[str, object]:
        """Return what is worth keeping of what came, in words of its own."""
        ...


@dataclass(slots=True)
class MailChannel:
    """Notices by SMTP. A mail is the same to the last byte each time it is sent."""

    server: MailServer
    name: str = "mail"
    campaign: str = "deliveries"
    stored: str = "SELECT id, state FROM auth.outbox_messages"
    _arrived: list[Arrival] = field(default_factory=list[Arrival])

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "AUTH_MAIL_HOST": "127.0.0.1",
            "AUTH_MAIL_PORT": str(self.server.port),
            "AUTH_MAIL_TLS": "off",
            "AUTH_MAIL_FROM": "Example <no-reply@example.com>",
        }

    @property
    def arrivals(self) -> int:
        return len(self.server.envelopes)

    async def get_ready(self, environment: Mapping[str, str]) -> None:
        """Do nothing: mail goes to whoever it is for."""

    async def post(self, tx: Tx, made: set[UUID], *, count: int, at: datetime) -> None:
        key = MasterSecret(Redacted(SECRET.encode())).derive(Purpose.MESSAGES)
        vault = SealingMessageVault(KeyVault(key, entropy=SystemEntropy()))
        post = Posting(ids=_Remembers(made), vault=vault)  # type: ignore[arg-type]  # it makes ids of messages
        for _ in range(count):
            await post(tx, PasswordChanged(at=at, address="192.0.2.1"), to=Recipient(address=an_email()), at=at)

    def queue(self, ports: PostgresPorts) -> Queue[Any]:
        return ports.outbox_queue

    def arrived(self) -> Sequence[Arrival]:
        for _, _, content in islice(self.server.envelopes, len(self._arrived), None):
            message_id = str(BytesHeaderParser().parsebytes(content)["Message-ID"])
            self._arrived.append(Arrival(UUID(message_id.strip("<>").partition("@")[0]), content))
        return self._arrived

    def when_taken(self, do: Callable[[], None] | None) -> None:
        self.server.on_taken = do

    def told(self, found: Sequence[Arrival]) -> dict[str, object]:
        copies = _copies(found)
        return {
            "mails": len(found),
            "messages that came more than once": sum(each > 1 for each in copies),
            "most copies": max(copies, default=0),
            "put off by the mail server": self.server.put_off,
        }


@dataclass(frozen=True, slots=True)
class _Remembers:
    """Makes ids of messages, and knows which."""

    made: set[UUID]

    def message(self) -> MessageId:
        message_id = _IDS.message()
        self.made.add(message_id)
        return message_id


@dataclass(slots=True)
class WebhookChannel:
    """Events by HTTP, to one webhook that wants them all. Every request is verified as its receiver would.

    It is signed anew each time it is sent; its `webhook-id` and its body stay.
    """

    receiver: LoopbackReceiver
    name: str = "webhooks"
    campaign: str = "webhooks"
    stored: str = "SELECT event_id AS id, state FROM auth.webhook_deliveries"
    _secret: Redacted[str] = Redacted("")
    _arrived: list[Arrival] = field(default_factory=list[Arrival])

    @property
    def environment(self) -> Mapping[str, str]:
        return {"AUTH_WEBHOOK_NETWORKS": "127.0.0.0/8", "AUTH_WEBHOOK_UNSAFE_HTTP": "true"}

    @property
    def arrivals(self) -> int:
        return len(self.receiver.requests)

    async def get_ready(self, environment: Mapping[str, str]) -> None:
        """Create the webhook, by the command an operator would use."""
        command = (sys.executable, "-m", "auth_http", "webhooks", "create", self.receiver.url, "--json")
        process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
        printed, _ = await process.communicate()
        self._secret = Redacted(json.loads(printed)["secret"])

    async def post(self, tx: Tx, made: set[UUID], *, count: int, at: datetime) -> None:
        """Record events one by one, and the last two at once; and one of which nobody is to be told."""
        events = [_event(kind, at) for kind in (EventKind.USER_UPDATED, EventKind.USER_DISABLED, EventKind.USER_ERASED)]
        wanted = events[:count]
        made.update(each.id for each in wanted)
        await tx.audit.record(_event(EventKind.LOGGED_IN, at))
        for each in wanted[:-2]:
            await tx.audit.record(each)
        await tx.audit.record_all(wanted[-2:])

    def queue(self, ports: PostgresPorts) -> Queue[Any]:
        return ports.webhook_queue

    def arrived(self) -> Sequence[Arrival]:
        """Return what was taken. Raises: InvalidWebhook unless each was signed lately, and named as its event is."""
        for posted in islice(self.receiver.requests, len(self._arrived), None):
            webhook = posted.verified(self._secret)
            if json.loads(webhook.body)["data"]["event_id"] != webhook.id:
                raise InvalidWebhook("Its id is not that of its event.")
            self._arrived.append(Arrival(UUID(webhook.id), webhook.body))
        return self._arrived

    def when_taken(self, do: Callable[[], None] | None) -> None:
        self.receiver.on_posted = do

    def told(self, found: Sequence[Arrival]) -> dict[str, object]:
        copies = _copies(found)
        return {
            "requests, each verified": len(found),
            "events that came more than once": sum(each > 1 for each in copies),
            "most copies": max(copies, default=0),
            "put off by the receiver": self.receiver.put_off,
        }


def _event(kind: EventKind, at: datetime) -> AuditEvent:
    return AuditEvent(
        id=_IDS.event(),
        kind=kind,
        outcome=Outcome.SUCCESS,
        at=at,
        actor=None,
        subject=_IDS.user(),
        origin=Origin(),
    )


def _copies(found: Sequence[Arrival]) -> list[int]:
    counted: dict[UUID, int] = {}
    for each in found:
        counted[each.id] = counted.get(each.id, 0) + 1
    return list(counted.values())


@asynccontextmanager
async def _mail() -> AsyncGenerator[Channel]:
    async with a_mail_server() as server:
        server.busy = _BUSY
        yield MailChannel(server)


@asynccontextmanager
async def _webhooks() -> AsyncGenerator[Channel]:
    async with a_receiver() as receiver:
        receiver.busy = _BUSY
        yield WebhookChannel(receiver)


CHANNELS: Final[Mapping[str, Callable[[], AbstractAsyncContextManager[Channel]]]] = MappingProxyType(
    {"mail": _mail, "webhooks": _webhooks}
)
"""By the names the command and the deliverers know."""
