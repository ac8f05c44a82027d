"""What every store of webhooks promises: to those who record events, to those who deliver, and to operators."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest

from auth_core.assembly import Tx
from auth_core.audit.events import AuditEvent, EventKind, Outcome
from auth_core.audit.recorded import Place
from auth_core.ids import ClaimId, EventId, Ids
from auth_core.outbox.model import State
from auth_core.testing.builders import a_sealed_secret, a_webhook, an_event
from auth_core.testing.contracts.concurrency import in_transaction, race, roll_back, while_open
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.doubles.entropy import SeededEntropy
from auth_core.testing.doubles.movable_clock import MovableClock
from auth_core.testing.moments import NOON
from auth_core.webhooks.model import MOST_REPLACED, Delivery, DisabledBecause, FiledDelivery, SealedSecret, Webhook

_SECOND: Final = timedelta(seconds=1)
_LEASE: Final = timedelta(minutes=2)
_LATER: Final = NOON + timedelta(hours=1)
_FAR: Final = NOON + timedelta(days=36_500)
_ENTROPY: Final = SeededEntropy(b"webhook claims")


class WebhooksContract:
    """Subclass it and provide `storage`, of whose webhooks nobody else has any meanwhile; those there are cleared."""

    @pytest.fixture(autouse=True)
    async def empty(self, storage: Storage) -> None:
        """Leave nothing of what other tests have made."""

        async def remove(tx: Tx) -> None:
            for each in await tx.webhooks.list_all():
                await tx.webhooks.remove(each.id)

        await in_transaction(storage, remove)
        while await storage.old_webhook_deliveries.purge(over_before=_FAR, limit=1000):
            pass

    async def test_a_webhook_is_found_as_it_was_kept(self, storage: Storage) -> None:
        all_of_it, some = await _kept(storage, at=_LATER), await _kept(storage, "user.updated", "user.erased")

        assert await in_transaction(storage, lambda tx: tx.webhooks.find(some.id)) == some
        assert await in_transaction(storage, lambda tx: tx.webhooks.list_all()) == [some, all_of_it]
        assert await in_transaction(storage, lambda tx: tx.webhooks.find(a_webhook().id)) is None

    async def test_an_event_is_on_its_way_to_whoever_wants_its_kind_and_to_nobody_else(self, storage: Storage) -> None:
        named, everything = await _kept(storage, "user.updated"), await _kept(storage)
        await _kept(storage, "user.erased")
        event = await _recorded(storage, EventKind.USER_UPDATED)

        claimed = await _claim(storage)

        assert sorted((each.webhook_id, each.event_id, each.kind) for each in claimed) == sorted(
            (each.id, event.id, "user.updated") for each in (named, everything)
        )
        assert [(each.due_at, each.attempts) for each in claimed] == [(NOON + _LEASE, 1)] * 2

    async def test_many_events_recorded_together_are_told_like_each_by_itself(self, storage: Storage) -> None:
        webhook = await _kept(storage, "user.imported")
        events = [an_event(None, kind=kind) for kind in (EventKind.USER_IMPORTED, EventKind.LOGGED_IN) for _ in "ab"]

        await in_transaction(storage, lambda tx: tx.audit.record_all(events))

        told = {(each.webhook_id, each.event_id) for each in await _claim(storage)}
        assert told == {(webhook.id, each.id) for each in events[:2]}

    async def test_what_is_rolled_back_is_told_to_nobody(self, storage: Storage) -> None:
        await _kept(storage)

        await roll_back(storage, lambda tx: tx.audit.record(an_event(None, kind=EventKind.USER_UPDATED)))

        assert await _claim(storage) == []
        assert (await storage.webhook_queue.look()).waiting == 0

    async def test_neither_what_was_refused_nor_what_is_not_in_the_catalogue_is_told(self, storage: Storage) -> None:
        await _kept(storage)
        refused = replace(an_event(None, kind=EventKind.USER_REGISTERED), outcome=Outcome.FAILURE)

        await in_transaction(storage, lambda tx: tx.audit.record(refused))
        await _recorded(storage, EventKind.LOGGED_IN)

        assert await _claim(storage) == []

    async def test_a_disabled_webhook_is_told_nothing_until_it_is_enabled(self, storage: Storage) -> None:
        webhook = await _kept(storage)
        disabled = [await _disable(storage, webhook) for _ in range(2)]
        await _recorded(storage, EventKind.USER_UPDATED)

        found = await in_transaction(storage, lambda tx: tx.webhooks.find(webhook.id))
        enabled = [await in_transaction(storage, lambda tx: tx.webhooks.enable(webhook.id)) for _ in range(2)]
        later = await _recorded(storage, EventKind.USER_UPDATED)

        assert (disabled, enabled) == ([True, False], [True, False])
        assert found == replace(webhook, disabled_at=NOON, disabled_because=DisabledBecause.GONE)
        assert await in_transaction(storage, lambda tx: tx.webhooks.find(webhook.id)) == webhook
        assert [each.event_id for each in await _claim(storage)] == [later.id]

    async def test_whoever_removes_a_webhook_neither_waits_for_who_records_nor_spoils_it(
        self, storage: Storage
    ) -> None:
        webhook = await _kept(storage)
        event = an_event(None, kind=EventKind.USER_UPDATED)

        async with storage.uow() as tx:
            await tx.webhooks.remove(webhook.id)
            await tx.audit.record(event)

        assert [each.id for each in await in_transaction(storage, lambda tx: tx.recorded_events.find([event.id]))] == [
            event.id
        ]
        assert await _claim(storage) == []

    async def test_it_is_changed_only_if_something_is_another(self, storage: Storage) -> None:
        webhook = await _kept(storage, "user.erased")
        new = replace(webhook, url="https://example.com/other", description="Other", types=frozenset({"user.updated"}))

        async def change(tx: Tx) -> bool:
            return await tx.webhooks.change(new.id, url=new.url, description=new.description, types=new.types)

        assert [await in_transaction(storage, change) for _ in range(2)] == [True, False]
        assert await in_transaction(storage, lambda tx: tx.webhooks.find(webhook.id)) == new
        stranger = a_webhook()
        assert not await in_transaction(
            storage, lambda tx: tx.webhooks.change(stranger.id, url="", description="", types=frozenset())
        )

    async def test_a_replaced_secret_stays_for_its_time_and_only_the_last_few_do(self, storage: Storage) -> None:
        webhook = await _kept(storage)
        secrets = [webhook.secret]
        for number in range(MOST_REPLACED + 1):
            secrets.append(a_sealed_secret(webhook.id))
            assert await _replace(storage, webhook, number=number, until=_LATER + number * _SECOND, secret=secrets[-1])

        found = await in_transaction(storage, lambda tx: tx.webhooks.find(webhook.id))

        assert found is not None
        assert (found.secret, found.secret_made_at) == (secrets[-1], NOON + MOST_REPLACED * _SECOND)
        assert [each.secret for each in found.replaced] == secrets[-2:0:-1]
        assert [each.good_until for each in found.replaced] == [
            _LATER + number * _SECOND for number in reversed(range(1, MOST_REPLACED + 1))
        ]

    async def test_replaced_without_an_overlap_every_other_secret_is_void(self, storage: Storage) -> None:
        webhook = await _kept(storage)
        await _replace(storage, webhook, until=_LATER)

        assert await _replace(storage, webhook, until=None)

        found = await in_transaction(storage, lambda tx: tx.webhooks.find(webhook.id))
        assert found is not None
        assert found.replaced == ()
        assert not await _replace(storage, a_webhook(), until=None)

    async def test_two_who_replace_a_secret_at_once_do_so_one_after_the_other(self, storage: Storage) -> None:
        webhook = await _kept(storage)
        first = a_sealed_secret(webhook.id)

        async def replace_first(tx: Tx) -> None:
            await tx.webhooks.replace_secret(webhook.id, first, now=NOON, old_until=_LATER)

        await while_open(storage, replace_first, lambda: _replace(storage, webhook, until=_LATER))

        found = await in_transaction(storage, lambda tx: tx.webhooks.find(webhook.id))
        assert found is not None
        assert [each.secret for each in found.replaced] == [first, webhook.secret]

    async def test_secrets_are_sealed_anew_only_if_they_are_what_was_seen(self, storage: Storage) -> None:
        webhook = await _kept(storage)
        present = a_sealed_secret(webhook.id)
        await _replace(storage, webhook, until=_LATER, secret=present)
        resealed = [a_sealed_secret(webhook.id) for _ in range(2)]

        async def reseal(tx: Tx) -> list[bool]:
            return [
                await tx.webhooks.reseal(new, old=old)
                for new, old in zip(resealed * 2, (present, webhook.secret) * 2, strict=True)
            ]

        assert await in_transaction(storage, reseal) == [True, True, False, False]
        found = await in_transaction(storage, lambda tx: tx.webhooks.find(webhook.id))
        assert found is not None
        assert [found.secret, *(each.secret for each in found.replaced)] == resealed

    async def test_of_many_who_claim_at_once_each_delivery_goes_to_one(self, storage: Storage) -> None:
        webhooks = [await _kept(storage) for _ in range(4)]
        events = [await _recorded(storage, EventKind.USER_UPDATED) for _ in range(5)]

        claimed = await race(8, lambda: _claim(storage, limit=20))

        taken = [(each.webhook_id, each.event_id) for some in claimed for each in some]
        assert len(taken) == len(set(taken))
        taken += [(each.webhook_id, each.event_id) for each in await _claim(storage, now=NOON + _LEASE, limit=100)]
        assert set(taken) == {(webhook.id, event.id) for webhook in webhooks for event in events}

    async def test_whoever_has_much_waiting_leaves_room_for_the_others(self, storage: Storage) -> None:
        busy = await _kept(storage, "user.updated")
        for _ in range(9):
            await _recorded(storage, EventKind.USER_UPDATED)
        other = await _kept(storage, "user.erased")
        late = await _recorded(storage, EventKind.USER_ERASED, at=NOON + _SECOND)

        first = await _claim(storage, now=NOON + _SECOND, limit=8)
        more = await _claim(storage, now=NOON + _SECOND, limit=8)

        assert [each.webhook_id for each in first].count(busy.id) == 2
        assert [each.event_id for each in first if each.webhook_id == other.id] == [late.id]
        assert more == [], "what is claimed already counts"

    async def test_nothing_is_claimed_before_it_is_due_and_what_was_due_first_is_claimed_first(
        self, storage: Storage
    ) -> None:
        await _kept(storage)
        events = [await _recorded(storage, EventKind.USER_UPDATED, at=NOON + n * _SECOND) for n in (2, 0, 1)]
        claim = _a_claim()

        claimed: list[EventId] = []
        for now in (NOON - _SECOND, *[NOON + _SECOND] * 3, NOON + 2 * _SECOND):
            for each in await _claim(storage, claim, now=now, limit=4):
                claimed.append(each.event_id)
                await _end(storage, each, claim, State.SENT)

        assert claimed == [events[1].id, events[2].id, events[0].id]

    async def test_what_is_settled_is_over_and_can_be_looked_up(self, storage: Storage) -> None:
        webhook = await _kept(storage)
        taken, given_up = [await _recorded(storage, EventKind.USER_UPDATED, at=NOON + n * _SECOND) for n in (0, 1)]
        claim = _a_claim()
        by_event = {each.event_id: each for each in await _claim(storage, claim, now=NOON + _SECOND)}
        await _end(storage, by_event[taken.id], claim, State.SENT)
        await _end(storage, by_event[given_up.id], claim, State.DEAD, reason="It answered 500.")

        found = await _page(storage, webhook)

        assert [(each.event_id, each.state, each.attempts, each.over_at, each.reason) for each in found] == [
            (given_up.id, State.DEAD, 1, NOON, "It answered 500."),
            (taken.id, State.SENT, 1, NOON, None),
        ]
        assert [each.event_id for each in await _page(storage, webhook, state=State.SENT)] == [taken.id]
        assert await _claim(storage, now=_FAR) == []
        backlog = await storage.webhook_queue.look()
        assert (backlog.waiting, backlog.oldest, backlog.dead) == (0, None, 1)

    async def test_what_is_put_off_is_due_then(self, storage: Storage) -> None:
        await _kept(storage)
        event, claim = await _recorded(storage, EventKind.USER_UPDATED), _a_claim()
        [delivery] = await _claim(storage, claim)

        assert await _postpone(storage, delivery, claim, until=_LATER)

        assert (await storage.webhook_queue.look()).oldest == NOON
        assert await _claim(storage, now=_LATER - _SECOND) == []
        assert [(each.event_id, each.attempts) for each in await _claim(storage, now=_LATER)] == [(event.id, 2)]

    async def test_whose_claim_has_run_out_settles_nothing_over_the_next(self, storage: Storage) -> None:
        await _kept(storage)
        await _recorded(storage, EventKind.USER_UPDATED)
        first, second = _a_claim(), _a_claim()
        [delivery] = await _claim(storage, first)
        await _claim(storage, second, now=NOON + _LEASE)

        late = [
            await _end(storage, delivery, first, State.DEAD),
            await _postpone(storage, delivery, first, until=_LATER),
        ]

        assert late == [False, False]
        assert await _end(storage, delivery, second, State.SENT)
        assert not await _end(storage, delivery, second, State.DEAD)

    async def test_what_is_over_waits_again_as_if_never_tried(self, storage: Storage) -> None:
        webhook, other = await _kept(storage, "user.updated"), await _kept(storage, "user.erased")
        event, claim = await _recorded(storage, EventKind.USER_UPDATED), _a_claim()
        [delivery] = await _claim(storage, claim)
        waits = await _revive(storage, webhook, delivery)
        await _end(storage, delivery, claim, State.SENT)

        stranger = await _revive(storage, other, delivery)
        revived = await _revive(storage, webhook, delivery)

        assert (waits, stranger) == (None, None)
        assert revived is not None
        assert (revived.event_id, revived.state, revived.attempts, revived.due_at) == (
            event.id,
            State.WAITING,
            0,
            _LATER,
        )
        assert [(each.id, each.attempts) for each in await _claim(storage, now=_LATER)] == [(delivery.id, 1)]

    async def test_all_that_was_given_up_since_a_moment_waits_again(self, storage: Storage) -> None:
        webhook, other = await _kept(storage, "user.updated"), await _kept(storage, "user.erased")
        for kind in (*[EventKind.USER_UPDATED] * 3, EventKind.USER_ERASED):
            await _recorded(storage, kind)
        claim = _a_claim()
        claimed = await _claim(storage, claim)
        old, new, fine = [each for each in claimed if each.webhook_id == webhook.id]
        [theirs] = [each for each in claimed if each.webhook_id == other.id]
        await _end(storage, old, claim, State.DEAD, now=NOON)
        await _end(storage, new, claim, State.DEAD, now=NOON + _SECOND)
        await _end(storage, fine, claim, State.SENT, now=NOON + _SECOND)
        await _end(storage, theirs, claim, State.DEAD, now=NOON + _SECOND)

        revived = await in_transaction(
            storage,
            lambda tx: tx.webhook_deliveries.revive_dead(webhook.id, since=NOON + _SECOND, now=_LATER),
        )

        assert revived == 1
        assert [each.id for each in await _claim(storage, now=_LATER)] == [new.id]

    async def test_deliveries_are_listed_the_newest_first_page_by_page(self, storage: Storage) -> None:
        webhook = await _kept(storage)
        events = [await _recorded(storage, EventKind.USER_UPDATED, at=NOON + n // 2 * _SECOND) for n in range(5)]
        pages: list[Sequence[FiledDelivery]] = []
        after: Place | None = None
        while page := await _page(storage, webhook, after=after, limit=2):
            pages.append(page)
            after = Place(page[-1].created_at, EventId(page[-1].id))

        listed = [each for page in pages for each in page]
        assert [len(page) for page in pages] == [2, 2, 1]
        assert {each.event_id for each in listed} == {each.id for each in events}
        assert [each.created_at for each in listed] == sorted((each.at for each in events), reverse=True)

    async def test_only_what_is_long_over_is_removed_and_a_little_at_a_time(self, storage: Storage) -> None:
        webhook = await _kept(storage)
        for _ in range(4):
            await _recorded(storage, EventKind.USER_UPDATED)
        claim = _a_claim()
        waiting, late, *over = await _claim(storage, claim)
        for each in over:
            await _end(storage, each, claim, State.SENT)
        await _end(storage, late, claim, State.DEAD, now=_LATER)

        removed = [await storage.old_webhook_deliveries.purge(over_before=_LATER, limit=1) for _ in range(3)]

        assert removed == [1, 1, 0]
        assert {each.id for each in await _page(storage, webhook)} == {waiting.id, late.id}

    async def test_what_waits_for_a_webhook_that_is_gone_is_not_claimed_and_goes(self, storage: Storage) -> None:
        webhook = await _kept(storage)
        await _recorded(storage, EventKind.USER_UPDATED)

        removed = [await in_transaction(storage, lambda tx: tx.webhooks.remove(webhook.id)) for _ in range(2)]

        assert removed == [True, False]
        assert await _claim(storage) == []
        assert [await storage.old_webhook_deliveries.purge(over_before=NOON, limit=9) for _ in range(2)] == [1, 0]


def _a_claim() -> ClaimId:
    return Ids(clock=MovableClock(NOON), entropy=_ENTROPY).claim()


async def _kept(storage: Storage, *types: str, at: datetime = NOON) -> Webhook:
    webhook = a_webhook(*types, at=at)
    await in_transaction(storage, lambda tx: tx.webhooks.add(webhook))
    return webhook


async def _recorded(storage: Storage, kind: EventKind, *, at: datetime = NOON) -> AuditEvent:
    event = an_event(None, kind=kind, at=at)
    await in_transaction(storage, lambda tx: tx.audit.record(event))
    return event


async def _disable(storage: Storage, webhook: Webhook) -> bool:
    return await in_transaction(
        storage, lambda tx: tx.webhooks.disable(webhook.id, now=NOON, because=DisabledBecause.GONE)
    )


async def _replace(
    storage: Storage,
    webhook: Webhook,
    *,
    until: datetime | None,
    number: int = 0,
    secret: SealedSecret | None = None,
) -> bool:
    new = secret or a_sealed_secret(webhook.id)
    return await in_transaction(
        storage,
        lambda tx: tx.webhooks.replace_secret(webhook.id, new, now=NOON + number * _SECOND, old_until=until),
    )


async def _claim(
    storage: Storage, claim: ClaimId | None = None, *, now: datetime = NOON, limit: int = 100
) -> Sequence[Delivery]:
    return await storage.webhook_queue.claim(claim or _a_claim(), limit=limit, now=now, until=now + _LEASE)


async def _end(
    storage: Storage,
    delivery: Delivery,
    claim: ClaimId,
    state: State,
    *,
    now: datetime = NOON,
    reason: str | None = None,
) -> bool:
    return await storage.webhook_queue.end(delivery.id, claim, state, now=now, reason=reason)


async def _postpone(storage: Storage, delivery: Delivery, claim: ClaimId, *, until: datetime) -> bool:
    return await storage.webhook_queue.postpone(delivery.id, claim, until=until, reason="It answered 503.")


async def _revive(storage: Storage, webhook: Webhook, delivery: Delivery) -> FiledDelivery | None:
    return await in_transaction(storage, lambda tx: tx.webhook_deliveries.revive(webhook.id, delivery.id, now=_LATER))


async def _page(
    storage: Storage, webhook: Webhook, *, state: State | None = None, after: Place | None = None, limit: int = 100
) -> Sequence[FiledDelivery]:
    return await in_transaction(
        storage, lambda tx: tx.webhook_deliveries.page(webhook.id, state=state, after=after, limit=limit)
    )
