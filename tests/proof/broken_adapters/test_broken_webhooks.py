"""The contract notices stores that tell the wrong programs, tell nobody, or let one stand in the way of others."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, override

import pytest

from auth_adapters.memory import MemoryStore, memory_ports
from auth_adapters.memory.audit import MemoryAuditTrail
from auth_adapters.memory.store import StoredDelivery, Tables
from auth_adapters.memory.webhooks import (
    MemoryOldWebhookDeliveries,
    MemoryWebhookDeliveries,
    MemoryWebhookQueue,
    MemoryWebhooks,
    delivery_of,
)
from auth_core.audit.events import AuditEvent, Outcome
from auth_core.ids import ClaimId, MessageId, WebhookId
from auth_core.outbox.model import State
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.contracts.webhooks import WebhooksContract
from auth_core.webhooks.model import Delivery, FiledDelivery, SealedSecret
from tests.unit.contracts.broken_storage import BrokenUnitOfWork, gap, storage_in
from tests.unit.contracts.mutation import caught_by


def with_room(**rooms: Callable[[Tables], Any]) -> Storage:
    return storage_in(BrokenUnitOfWork, None, **rooms)


def with_queue(kind: type[MemoryWebhookQueue]) -> Storage:
    store = MemoryStore()
    return memory_ports(store=store, webhook_queue=kind(store))


class TellsNobodyOfMany(MemoryAuditTrail):
    @override
    async def record_all(self, events: Sequence[AuditEvent]) -> None:
        before = dict(self._tables.webhook_deliveries)
        await super().record_all(events)
        self._tables.webhook_deliveries.clear()
        self._tables.webhook_deliveries.update(before)


@caught_by("test_many_events_recorded_together_are_told_like_each_by_itself")
class TestTellsNobodyOfMany(WebhooksContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_room(audit=TellsNobodyOfMany)


class TellsAtOnce(MemoryAuditTrail):
    """Writes deliveries beside the transaction, as a queue server would have it."""

    store: MemoryStore

    @override
    async def record(self, event: AuditEvent) -> None:
        await super().record(event)
        self.store.committed.webhook_deliveries.update(self._tables.webhook_deliveries)


@caught_by("test_what_is_rolled_back_is_told_to_nobody")
class TestTellsAtOnce(WebhooksContract):
    @pytest.fixture
    def storage(self) -> Storage:
        store = MemoryStore()

        def audit(tables: Tables) -> MemoryAuditTrail:
            trail = TellsAtOnce(tables)
            trail.store = store
            return trail

        return storage_in(BrokenUnitOfWork, store, audit=audit)


class TellsWhatWasRefused(MemoryAuditTrail):
    @override
    async def record(self, event: AuditEvent) -> None:
        await super().record(replace(event, outcome=Outcome.SUCCESS))


@caught_by("test_neither_what_was_refused_nor_what_is_not_in_the_catalogue_is_told")
class TestTellsWhatWasRefused(WebhooksContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_room(audit=TellsWhatWasRefused)


class SaysTheSameTwice(MemoryWebhooks):
    @override
    async def enable(self, webhook_id: WebhookId) -> bool:
        await super().enable(webhook_id)
        return webhook_id in self._tables.webhooks


@caught_by("test_a_disabled_webhook_is_told_nothing_until_it_is_enabled")
class TestSaysTheSameTwice(WebhooksContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_room(webhooks=SaysTheSameTwice)


class VoidsNothing(MemoryWebhooks):
    @override
    async def replace_secret(
        self, webhook_id: WebhookId, new: SealedSecret, *, now: datetime, old_until: datetime | None
    ) -> bool:
        return await super().replace_secret(webhook_id, new, now=now, old_until=old_until or now)


@caught_by("test_replaced_without_an_overlap_every_other_secret_is_void")
class TestVoidsNothing(WebhooksContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_room(webhooks=VoidsNothing)


class SealsOnlyThePresentOneAnew(MemoryWebhooks):
    @override
    async def reseal(self, new: SealedSecret, *, old: SealedSecret) -> bool:
        webhook = self._tables.webhooks[old.webhook_id]
        return webhook.secret == old and await super().reseal(new, old=old)


@caught_by("test_secrets_are_sealed_anew_only_if_they_are_what_was_seen")
class TestSealsOnlyThePresentOneAnew(WebhooksContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_room(webhooks=SealsOnlyThePresentOneAnew)


class FirstComeFirstServed(MemoryWebhookQueue):
    """Whoever has most gets most."""

    @override
    def _due(self, limit: int, now: datetime) -> Sequence[StoredDelivery]:
        stored = self._store.committed.webhook_deliveries.values()
        known = self._store.committed.webhooks
        due = [each for each in stored if each.filed.webhook_id in known and each.filed.due_at <= now]
        waiting = [each for each in due if each.filed.state is State.WAITING]
        return sorted(waiting, key=lambda each: each.filed.due_at)[:limit]


@caught_by("test_whoever_has_much_waiting_leaves_room_for_the_others")
class TestFirstComeFirstServed(WebhooksContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_queue(FirstComeFirstServed)


class LooksThenClaims(MemoryWebhookQueue):
    @override
    async def claim(self, claim: ClaimId, *, limit: int, now: datetime, until: datetime) -> Sequence[Delivery]:
        seen = list(self._due(limit, now))
        await gap()
        for each in seen:
            filed = replace(each.filed, due_at=until, attempts=each.filed.attempts + 1)
            self._store.committed.webhook_deliveries[filed.id] = StoredDelivery(filed=filed, claim=claim)
        return [delivery_of(self._store.committed.webhook_deliveries[each.filed.id].filed) for each in seen]


@caught_by("test_of_many_who_claim_at_once_each_delivery_goes_to_one")
class TestLooksThenClaims(WebhooksContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_queue(LooksThenClaims)


class AsksNobodyWhoHoldsIt(MemoryWebhookQueue):
    @override
    async def _settle(self, message_id: MessageId, claim: ClaimId, **changes: object) -> bool:
        stored = self._store.committed.webhook_deliveries.get(message_id)
        held = claim if stored is None or stored.claim is None else stored.claim
        return await super()._settle(message_id, held, **changes)


@caught_by("test_whose_claim_has_run_out_settles_nothing_over_the_next")
class TestAsksNobodyWhoHoldsIt(WebhooksContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_queue(AsksNobodyWhoHoldsIt)


class RevivesAnything(MemoryWebhookDeliveries):
    @override
    async def revive(self, webhook_id: WebhookId, delivery_id: MessageId, *, now: datetime) -> FiledDelivery | None:
        stored = self._tables.webhook_deliveries.get(delivery_id)
        return None if stored is None else self._revived(stored, now)


@caught_by("test_what_is_over_waits_again_as_if_never_tried")
class TestRevivesAnything(WebhooksContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_room(webhook_deliveries=RevivesAnything)


class RevivesFromTheBeginningOfTime(MemoryWebhookDeliveries):
    @override
    async def revive_dead(self, webhook_id: WebhookId, *, since: datetime, now: datetime) -> int:
        return await super().revive_dead(webhook_id, since=datetime.min.replace(tzinfo=since.tzinfo), now=now)


@caught_by("test_all_that_was_given_up_since_a_moment_waits_again")
class TestRevivesFromTheBeginningOfTime(WebhooksContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_room(webhook_deliveries=RevivesFromTheBeginningOfTime)


class KeepsWhatIsOfNobody(MemoryOldWebhookDeliveries):
    @override
    async def purge(self, *, over_before: datetime, limit: int) -> int:
        kept = self._store.committed.webhook_deliveries
        known = self._store.committed.webhooks
        hidden = {key: each for key, each in kept.items() if each.filed.webhook_id not in known}
        for key in hidden:
            del kept[key]
        removed = await super().purge(over_before=over_before, limit=limit)
        kept.update(hidden)
        return removed


@caught_by("test_what_waits_for_a_webhook_that_is_gone_is_not_claimed_and_goes")
class TestKeepsWhatIsOfNobody(WebhooksContract):
    @pytest.fixture
    def storage(self) -> Storage:
        store = MemoryStore()
        return memory_ports(store=store, old_webhook_deliveries=KeepsWhatIsOfNobody(store))
