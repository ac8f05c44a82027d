"""Whoever changes a trail that is sealed is found out, with the place."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from auth_adapters.head_signer import HmacHeadSigner
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.memory import auth_in_memory, memory_ports
from auth_core import Origin, Redacted
from auth_core.audit.chain import SealedBatch, entries_digest
from auth_core.audit.events import AuditEvent, EventKind, Outcome
from auth_core.audit.verdict import Broken, Damage, Whole
from auth_core.testing import a_session, a_user, an_event
from tests.unit.audit.trail import LATENESS, Trail
from tests.unit.core_in_memory import DAY, MINUTE, SECOND, Core


async def test_a_trail_nobody_has_touched_is_whole() -> None:
    trail = await Trail.of_three_batches()
    await trail.core.register()

    assert await trail.whole() == Whole(batches=3, emptied=0, events=10, erased=0, unsealed=1)


async def test_an_empty_trail_is_whole() -> None:
    assert await (await Trail.make()).verdict() == Whole(batches=0, emptied=0, events=0, erased=0, unsealed=1)


EDITS: dict[str, Callable[[AuditEvent], AuditEvent]] = {
    "kind": lambda event: replace(event, kind=EventKind.USER_CREATED),
    "outcome": lambda event: replace(event, outcome=Outcome.FAILURE),
    "actor": lambda event: replace(event, actor=None),
    "subject": lambda event: replace(event, subject=None),
    "session": lambda event: replace(event, session_id=a_session(a_user().id).id),
    "address": lambda event: replace(event, origin=replace(event.origin, address="203.0.113.9")),
    "user agent": lambda event: replace(event, origin=replace(event.origin, user_agent=None)),
    "request id": lambda event: replace(event, origin=replace(event.origin, request_id="r-2")),
    "details": lambda event: replace(event, details={"reason": "none"}),
}


@pytest.mark.covers("AUD-02")
@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
async def test_an_edit_is_found_whatever_it_is_that_was_edited(edit: Callable[[AuditEvent], AuditEvent]) -> None:
    trail = await Trail.of_three_batches()
    victim = trail.events_of(2)[1]
    trail.edit(victim, edit)

    assert await trail.broken() == Broken(what=Damage.EDITED, batch=2, event=victim)


@pytest.mark.covers("AUD-02")
async def test_another_salt_is_an_edit() -> None:
    trail = await Trail.of_three_batches()
    victim = trail.events_of(3)[0]
    trail.edit_recording(victim, lambda recording: replace(recording, salt=bytes(16)))

    assert await trail.broken() == Broken(what=Damage.EDITED, batch=3, event=victim)


@pytest.mark.covers("AUD-02")
@pytest.mark.parametrize(("batch", "place"), [(1, 0), (2, 1), (3, 2)])
async def test_a_deletion_is_found(batch: int, place: int) -> None:
    trail = await Trail.of_three_batches()
    victim = trail.events_of(batch)[place]
    trail.delete(victim)

    assert await trail.broken() == Broken(what=Damage.DELETED, batch=batch, event=victim)


@pytest.mark.covers("AUD-02")
@pytest.mark.parametrize("sealed_once_more", [False, True])
async def test_an_event_that_is_put_among_older_ones_is_found_and_never_sealed(*, sealed_once_more: bool) -> None:
    trail = await Trail.of_three_batches()
    trail.core.clock.advance(LATENESS)
    await trail.core.register()
    await trail.core.auth.audit.seal()
    forged = an_event(None)
    trail.insert_after(trail.events_of(1)[1], forged)
    if sealed_once_more:
        await trail.core.register()
        await trail.core.auth.audit.seal()

    broken = await trail.broken()

    assert (broken.what, broken.event) == (Damage.INSERTED, forged.id)


async def test_what_is_committed_late_is_sealed_late_and_is_no_forgery() -> None:
    trail = await Trail.of_three_batches()
    trail.insert_after(trail.events_of(2)[1], an_event(None))
    before = await trail.whole()
    await trail.core.auth.audit.seal()

    assert before.unsealed == 1
    assert (await trail.whole()).batches == 4


@pytest.mark.covers("AUD-02")
async def test_two_events_that_have_changed_places_are_found() -> None:
    trail = await Trail.of_three_batches()
    first, second = trail.events_of(2)[:2]
    events = trail.store.committed.events
    recordings = trail.store.committed.recordings
    events[first], events[second] = replace(events[second], id=first), replace(events[first], id=second)
    recordings[first], recordings[second] = recordings[second], recordings[first]

    assert await trail.broken() == Broken(what=Damage.REORDERED, batch=2, event=first)


MOVES: dict[str, Callable[[Trail, AuditEvent], None]] = {
    "in the listing": lambda trail, event: trail.edit(event.id, lambda each: replace(each, at=each.at - DAY)),
    "back in the trail": lambda trail, event: trail.edit_recording(
        event.id, lambda each: replace(each, recorded_at=each.recorded_at - DAY)
    ),
    "a little": lambda trail, event: trail.edit_recording(
        event.id, lambda each: replace(each, recorded_at=each.recorded_at - SECOND)
    ),
    "on in the trail": lambda trail, event: trail.edit_recording(
        event.id, lambda each: replace(each, recorded_at=each.recorded_at + 30 * MINUTE)
    ),
}


@pytest.mark.covers("AUD-02")
@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
async def test_an_event_that_was_moved_in_time_is_found(move: Callable[[Trail, AuditEvent], None]) -> None:
    trail = await Trail.of_three_batches()
    victim = trail.events_of(2)[1]
    move(trail, trail.store.committed.events[victim])

    assert await trail.broken() == Broken(what=Damage.REORDERED, batch=2, event=victim)


def forged_anew(sealed: SealedBatch) -> SealedBatch:
    """The batch with one event less, sound in everything but the signature."""
    entries = (sealed.batch.entries or ())[1:]
    batch = replace(sealed.batch, entries=entries, count=len(entries), digest=entries_digest(entries))
    return replace(sealed, batch=batch)


FORGERIES: dict[str, Callable[[SealedBatch], SealedBatch]] = {
    "one event less": forged_anew,
    "another time": lambda sealed: replace(sealed, batch=replace(sealed.batch, sealed_at=sealed.batch.sealed_at - DAY)),
    "another bound": lambda sealed: replace(
        sealed, batch=replace(sealed.batch, seen_until=sealed.batch.seen_until - SECOND)
    ),
    "another batch before it": lambda sealed: replace(sealed, batch=replace(sealed.batch, previous=bytes(32))),
    "another signature": lambda sealed: replace(sealed, signature=replace(sealed.signature, mac=bytes(32))),
    "a list that is too short": lambda sealed: replace(
        sealed, batch=replace(sealed.batch, entries=(sealed.batch.entries or ())[1:])
    ),
    "no events at all": lambda sealed: replace(sealed, batch=replace(sealed.batch, entries=())),
}


@pytest.mark.covers("AUD-02")
@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
async def test_a_batch_that_was_changed_is_found(forge: Callable[[SealedBatch], SealedBatch]) -> None:
    trail = await Trail.of_three_batches()
    trail.edit_batch(2, forge)

    assert await trail.broken() == Broken(what=Damage.FORGED, batch=2)


@pytest.mark.covers("AUD-02")
async def test_a_batch_whose_events_are_listed_in_another_order_is_found() -> None:
    trail = await Trail.of_three_batches()
    trail.edit_batch(
        2, lambda sealed: replace(sealed, batch=replace(sealed.batch, entries=(sealed.batch.entries or ())[::-1]))
    )

    assert await trail.broken() == Broken(what=Damage.REORDERED, batch=2)


@pytest.mark.covers("AUD-02")
@pytest.mark.parametrize("number", [1, 2])
async def test_a_batch_that_is_gone_is_found(number: int) -> None:
    trail = await Trail.of_three_batches()
    for event_id in trail.events_of(number):
        trail.delete(event_id)
    del trail.store.committed.batches[number]

    assert await trail.broken() == Broken(what=Damage.MISSING, batch=number)


@pytest.mark.covers("AUD-02")
async def test_two_batches_that_have_changed_places_are_found() -> None:
    trail = await Trail.of_three_batches()
    batches = trail.store.committed.batches
    second, third = batches[2], batches[3]
    batches[2] = replace(third, batch=replace(third.batch, number=2))
    batches[3] = replace(second, batch=replace(second.batch, number=3))

    assert await trail.broken() == Broken(what=Damage.FORGED, batch=2)


async def test_the_first_of_several_breaks_is_named() -> None:
    trail = await Trail.of_three_batches()
    first, second = trail.events_of(2)[0], trail.events_of(3)[0]
    trail.delete(second)
    trail.edit(first, EDITS["actor"])

    assert await trail.broken() == Broken(what=Damage.EDITED, batch=2, event=first)


# ---- Heads that were exported


@pytest.mark.covers("AUD-02")
async def test_only_an_exported_head_tells_that_the_newest_batches_were_cut_off() -> None:
    trail = await Trail.of_three_batches()
    exported = await trail.core.auth.audit.read_head()
    for event_id in trail.events_of(3):
        trail.delete(event_id)
    del trail.store.committed.batches[3]

    assert (await trail.whole()).batches == 2
    assert await trail.core.auth.audit.verify(exported=exported) == Broken(what=Damage.MISSING, batch=3)


@pytest.mark.covers("AUD-02")
async def test_only_an_exported_head_tells_that_the_trail_was_written_anew_by_whoever_has_the_key() -> None:
    trail = await Trail.of_three_batches()
    exported = await trail.core.auth.audit.read_head()
    trail.delete(trail.events_of(2)[0])
    for number in (2, 3):
        del trail.store.committed.batches[number]
    await trail.core.auth.audit.seal()
    await trail.core.register()
    await trail.core.auth.audit.seal()

    assert (await trail.whole()).batches == 3
    assert await trail.core.auth.audit.verify(exported=exported) == Broken(what=Damage.REPLACED, batch=3)


async def test_an_exported_head_holds_for_ever() -> None:
    trail = await Trail.of_three_batches()
    exported = await trail.core.auth.audit.read_head()
    await trail.core.register()
    await trail.core.auth.audit.seal()

    assert isinstance(await trail.core.auth.audit.verify(exported=exported), Whole)


# ---- The key


def signer(*secrets: bytes) -> HmacHeadSigner:
    current, *previous = (MasterSecret(Redacted(each * 32)).derive(Purpose.AUDIT_HEADS) for each in secrets)
    return HmacHeadSigner(current, previous=previous)


async def sealed_under(trail: Trail, *secrets: bytes) -> Core:
    """Record something and seal it as a service with these master secrets does."""
    ports = memory_ports(store=trail.store, clock=trail.core.clock, head_signer=signer(*secrets))
    auth = await auth_in_memory(ports)
    await auth.users.register(
        email=f"{len(trail.store.committed.users)}@example.org",
        password=Redacted("correct horse battery staple"),
        first_name="Ada",
        last_name="Lovelace",
        origin=Origin(),
    )
    await auth.audit.seal()
    return replace(trail.core, auth=auth, ports=ports)


async def test_while_the_master_secret_is_replaced_every_signature_is_known() -> None:
    trail = await Trail.make()
    await sealed_under(trail, b"1")
    both = await sealed_under(trail, b"2", b"1")

    assert isinstance(await both.auth.audit.verify(), Whole)


async def test_a_signature_under_a_key_that_is_gone_is_vouched_for_by_the_next_one() -> None:
    trail = await Trail.make()
    await sealed_under(trail, b"1")
    new = await sealed_under(trail, b"2")

    assert isinstance(await new.auth.audit.verify(), Whole)


@pytest.mark.covers("AUD-02")
async def test_a_signature_under_a_key_we_do_not_have_is_forged_when_nothing_vouches_for_it() -> None:
    trail = await Trail.make()
    ours = await sealed_under(trail, b"1")
    await sealed_under(trail, b"3")

    assert await ours.auth.audit.verify() == Broken(what=Damage.FORGED, batch=2)


@pytest.mark.covers("AUD-02")
async def test_what_is_older_than_a_replaced_secret_cannot_be_written_anew_either() -> None:
    trail = await Trail.make()
    await sealed_under(trail, b"1")
    new = await sealed_under(trail, b"2")
    trail.edit_batch(1, lambda sealed: replace(forged_anew(sealed), signature=signer(b"3").sign(bytes(32))))

    verdict = await new.auth.audit.verify()

    assert verdict == Broken(what=Damage.FORGED, batch=2)


async def test_batches_that_vanish_while_the_trail_is_read_are_missing() -> None:
    trail = await Trail.make(batch=1)
    for _ in range(29):
        await trail.core.register()
    await trail.core.auth.audit.seal()

    def cut_off(done: int, _total: int) -> None:
        if done == 5:
            for number in range(21, 31):
                del trail.store.committed.batches[number]

    async with asyncio.timeout(5):
        verdict = await trail.core.auth.audit.verify(on_progress=cut_off)

    assert verdict == Broken(what=Damage.MISSING, batch=21)


async def test_progress_is_told_batch_by_batch() -> None:
    trail = await Trail.of_three_batches()
    told: list[tuple[int, int]] = []

    await trail.core.auth.audit.verify(on_progress=lambda done, total: told.append((done, total)))

    assert told == [(1, 3), (2, 3), (3, 3)]
