"""Webhooks and their deliveries, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from uuid import uuid4

from auth_adapters.memory.store import MemoryStore, StoredDelivery, Tables
from auth_core.audit.events import AuditEvent
from auth_core.audit.recorded import Place
from auth_core.ids import ClaimId, EventId, MessageId, WebhookId
from auth_core.outbox.model import Backlog, State
from auth_core.webhooks.catalogue import is_told
from auth_core.webhooks.model import (
    MOST_REPLACED,
    Delivery,
    DisabledBecause,
    FiledDelivery,
    ReplacedSecret,
    SealedSecret,
    Webhook,
)


def tell(tables: Tables, event: AuditEvent) -> None:
    """Write a delivery of `event` for every webhook that is to be told of it."""
    if not is_told(event):
        return
    for webhook in tables.webhooks.values():
        if webhook.wants(event.kind):
            filed = FiledDelivery(
                id=MessageId(uuid4()),
                webhook_id=webhook.id,
                event_id=event.id,
                kind=event.kind.value,
                state=State.WAITING,
                attempts=0,
                created_at=event.at,
                due_at=event.at,
                over_at=None,
                reason=None,
            )
            tables.webhook_deliveries[filed.id] = StoredDelivery(filed=filed)


class MemoryWebhooks:
    """Every webhook there is."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, webhook: Webhook) -> None:
        self._tables.webhooks[webhook.id] = webhook

    async def find(self, webhook_id: WebhookId) -> Webhook | None:
        return self._tables.webhooks.get(webhook_id)

    async def list_all(self) -> Sequence[Webhook]:
        return [self._tables.webhooks[each] for each in sorted(self._tables.webhooks)]

    async def change(self, webhook_id: WebhookId, *, url: str, description: str, types: frozenset[str]) -> bool:
        webhook = self._tables.webhooks.get(webhook_id)
        return webhook is not None and self._keep(
            webhook, replace(webhook, url=url, description=description, types=types)
        )

    async def disable(self, webhook_id: WebhookId, *, now: datetime, because: DisabledBecause) -> bool:
        webhook = self._tables.webhooks.get(webhook_id)
        if webhook is None or webhook.disabled_at is not None:
            return False
        return self._keep(webhook, replace(webhook, disabled_at=now, disabled_because=because))

    async def enable(self, webhook_id: WebhookId) -> bool:
        webhook = self._tables.webhooks.get(webhook_id)
        return webhook is not None and self._keep(webhook, replace(webhook, disabled_at=None, disabled_because=None))

    async def replace_secret(
        self, webhook_id: WebhookId, new: SealedSecret, *, now: datetime, old_until: datetime | None
    ) -> bool:
        webhook = self._tables.webhooks.get(webhook_id)
        if webhook is None:
            return False
        replaced: tuple[ReplacedSecret, ...] = ()
        if old_until is not None:
            old = ReplacedSecret(secret=webhook.secret, good_until=old_until)
            replaced = (old, *webhook.replaced)[:MOST_REPLACED]
        return self._keep(webhook, replace(webhook, secret=new, secret_made_at=now, replaced=replaced))

    async def reseal(self, new: SealedSecret, *, old: SealedSecret) -> bool:
        webhook = self._tables.webhooks.get(old.webhook_id)
        if webhook is None:
            return False
        secret = new if webhook.secret == old else webhook.secret
        replaced = tuple(replace(each, secret=new) if each.secret == old else each for each in webhook.replaced)
        return self._keep(webhook, replace(webhook, secret=secret, replaced=replaced))

    async def remove(self, webhook_id: WebhookId) -> bool:
        return self._tables.webhooks.pop(webhook_id, None) is not None

    def _keep(self, old: Webhook, new: Webhook) -> bool:
        self._tables.webhooks[new.id] = new
        return new != old


class MemoryWebhookDeliveries:
    """What has become of what webhooks are told."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def page(
        self, webhook_id: WebhookId, *, state: State | None, after: Place | None, limit: int
    ) -> Sequence[FiledDelivery]:
        found = [
            each.filed
            for each in self._tables.webhook_deliveries.values()
            if each.filed.webhook_id == webhook_id
            and state in (None, each.filed.state)
            and (after is None or _place(each.filed) < after)
        ]
        return sorted(found, key=_place, reverse=True)[:limit]

    async def revive(self, webhook_id: WebhookId, delivery_id: MessageId, *, now: datetime) -> FiledDelivery | None:
        stored = self._tables.webhook_deliveries.get(delivery_id)
        if stored is None or stored.filed.webhook_id != webhook_id or stored.filed.state is State.WAITING:
            return None
        return self._revived(stored, now)

    async def revive_dead(self, webhook_id: WebhookId, *, since: datetime, now: datetime) -> int:
        dead = [
            each
            for each in self._tables.webhook_deliveries.values()
            if each.filed.webhook_id == webhook_id
            and each.filed.state is State.DEAD
            and each.filed.over_at is not None
            and each.filed.over_at >= since
        ]
        for each in dead:
            self._revived(each, now)
        return len(dead)

    def _revived(self, stored: StoredDelivery, now: datetime) -> FiledDelivery:
        filed = replace(stored.filed, state=State.WAITING, attempts=0, due_at=now, over_at=None, reason=None)
        self._tables.webhook_deliveries[filed.id] = StoredDelivery(filed=filed)
        return filed


class MemoryWebhookQueue:
    """The deliveries that wait."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def claim(self, claim: ClaimId, *, limit: int, now: datetime, until: datetime) -> Sequence[Delivery]:
        async with self._store.exclusively():
            claimed: list[Delivery] = []
            for each in self._due(limit, now):
                filed = replace(each.filed, due_at=until, attempts=each.filed.attempts + 1)
                self._store.committed.webhook_deliveries[filed.id] = StoredDelivery(filed=filed, claim=claim)
                claimed.append(delivery_of(filed))
            return claimed

    def _due(self, limit: int, now: datetime) -> Sequence[StoredDelivery]:
        stored = self._store.committed.webhook_deliveries.values()
        waiting = [each for each in stored if each.filed.state is State.WAITING]
        due: list[StoredDelivery] = []
        for webhook_id in self._store.committed.webhooks:
            theirs = [each for each in waiting if each.filed.webhook_id == webhook_id]
            held = sum(each.claim is not None and each.filed.due_at > now for each in theirs)
            ready = sorted((each for each in theirs if each.filed.due_at <= now), key=lambda each: each.filed.due_at)
            due += ready[: max(0, share_of(limit) - held)]
        return sorted(due, key=lambda each: each.filed.due_at)[:limit]

    async def end(
        self, message_id: MessageId, claim: ClaimId, state: State, *, now: datetime, reason: str | None = None
    ) -> bool:
        return await self._settle(message_id, claim, state=state, over_at=now, reason=reason)

    async def postpone(self, message_id: MessageId, claim: ClaimId, *, until: datetime, reason: str) -> bool:
        return await self._settle(message_id, claim, due_at=until, reason=reason)

    async def _settle(self, message_id: MessageId, claim: ClaimId, **changes: object) -> bool:
        async with self._store.exclusively():
            stored = self._store.committed.webhook_deliveries.get(message_id)
            if stored is None or stored.filed.state is not State.WAITING or stored.claim != claim:
                return False
            filed = replace(stored.filed, **changes)  # type: ignore[arg-type] # both callers name fields of it
            self._store.committed.webhook_deliveries[message_id] = StoredDelivery(filed=filed)
            return True

    async def look(self) -> Backlog:
        await self._store.elsewhere()
        filed = [each.filed for each in self._store.committed.webhook_deliveries.values()]
        waiting = [each.created_at for each in filed if each.state is State.WAITING]
        dead = sum(each.state is State.DEAD for each in filed)
        return Backlog(waiting=len(waiting), oldest=min(waiting, default=None), dead=dead)


class MemoryOldWebhookDeliveries:
    """The deliveries that are over, and those to webhooks that are gone."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def purge(self, *, over_before: datetime, limit: int) -> int:
        async with self._store.exclusively():
            tables = self._store.committed
            over = [
                key
                for key, each in tables.webhook_deliveries.items()
                if each.filed.webhook_id not in tables.webhooks
                or (each.filed.over_at is not None and each.filed.over_at < over_before)
            ]
            for key in islice(over, limit):
                del tables.webhook_deliveries[key]
            return min(len(over), limit)


def share_of(limit: int) -> int:
    """Return how many of `limit` deliveries may be to one webhook."""
    return max(1, limit // 4)


def _place(filed: FiledDelivery) -> Place:
    return Place(filed.created_at, EventId(filed.id))


def delivery_of(filed: FiledDelivery) -> Delivery:
    """Return a delivery as whoever claimed it sees it."""
    return Delivery(
        id=filed.id,
        webhook_id=filed.webhook_id,
        event_id=filed.event_id,
        kind=filed.kind,
        due_at=filed.due_at,
        attempts=filed.attempts,
    )
