"""What is personal can be erased; that it happened cannot, and the chain stays whole."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from auth_adapters.memory import auth_in_memory
from auth_adapters.memory.audit import MemoryRecordedEvents
from auth_core import Origin, TrailIsAppendOnly
from auth_core.audit.digests import personal_digest
from auth_core.audit.events import EventKind
from auth_core.audit.verdict import Broken, Damage
from auth_core.ids import EventId, UserId
from auth_core.testing import a_user
from tests.unit.audit.trail import Trail
from tests.unit.contracts.broken_storage import storage_with
from tests.unit.core_in_memory import HERE, SECOND


@pytest.mark.covers("R-L1")
async def test_what_is_erased_is_gone_and_the_chain_is_whole() -> None:
    trail = await Trail.make()
    leaving, staying = await trail.core.register(), await trail.core.register()
    await trail.core.log_in(leaving)
    await trail.core.auth.audit.seal()
    await trail.core.log_in(leaving)  # not sealed yet

    erased = await trail.core.auth.audit.erase(user_id=leaving.id, actor=None, origin=Origin())

    await trail.core.auth.audit.seal()
    whole = await trail.whole()
    assert (erased, whole.erased) == (3, 3)
    events = [event for event in await trail.core.events(leaving.id) if event.kind is not EventKind.TRAIL_ERASED]
    assert [event.kind for event in events] == [EventKind.USER_REGISTERED, *[EventKind.LOGGED_IN] * 2]
    assert {(event.origin, len(event.details)) for event in events} == {(Origin(), 0)}
    assert all(trail.store.committed.recordings[event.id].salt is None for event in events)
    assert [event.origin for event in await trail.core.events(staying.id)] == [HERE]


async def test_what_a_person_did_to_others_is_erased_too() -> None:
    trail = await Trail.make()
    admin, user = await trail.core.register(), await trail.core.register()
    await trail.core.auth.users.disable(user_id=user.id, actor=admin.id, origin=HERE)
    await trail.core.auth.audit.seal()

    await trail.core.auth.audit.erase(user_id=admin.id, actor=None, origin=Origin())

    assert (await trail.core.events(user.id))[-1].origin == Origin()
    assert (await trail.whole()).erased == 2


async def test_erasing_twice_erases_once() -> None:
    trail = await Trail.make()
    user = await trail.core.register()

    erased = [await trail.core.auth.audit.erase(user_id=user.id, actor=user.id, origin=HERE) for _ in range(2)]

    assert erased == [1, 0]


async def test_the_order_says_who_gave_it_and_from_where_unless_that_is_the_person() -> None:
    trail = await Trail.make()
    user, admin = await trail.core.register(), await trail.core.register()

    await trail.core.auth.audit.erase(user_id=user.id, actor=admin.id, origin=HERE)
    await trail.core.auth.audit.erase(user_id=user.id, actor=user.id, origin=HERE)

    orders = [event for event in trail.core.all_events() if event.kind is EventKind.TRAIL_ERASED]
    assert [(order.actor, order.origin) for order in orders] == [(admin.id, HERE), (user.id, Origin())]


async def wipe(trail: Trail, victim: EventId) -> None:
    """Do what erasing does, as somebody who has no use for an order."""
    async with trail.core.ports.uow() as tx:
        [event] = await tx.recorded_events.find([victim])
        await tx.recorded_events.erase(victim, leaving=personal_digest(event))


@pytest.mark.covers("AUD-02")
async def test_what_somebody_wiped_without_an_order_is_found() -> None:
    trail = await Trail.of_three_batches()
    victim = trail.events_of(2)[0]
    await wipe(trail, victim)

    assert await trail.broken() == Broken(what=Damage.ERASED, batch=2, event=victim)


@pytest.mark.covers("AUD-02")
async def test_an_order_is_for_what_was_recorded_before_it() -> None:
    trail = await Trail.make()
    user = await trail.core.register()
    await trail.core.auth.audit.erase(user_id=user.id, actor=None, origin=Origin())
    trail.core.clock.advance(SECOND)
    await trail.core.log_in(user)
    await trail.core.auth.audit.seal()
    before = await trail.whole()
    later = trail.events_of(1)[-1]
    await wipe(trail, later)

    assert before.erased == 1
    assert await trail.broken() == Broken(what=Damage.ERASED, batch=1, event=later)


async def test_what_happens_while_an_order_is_carried_out_stays_and_the_trail_is_whole() -> None:
    trail = await Trail.make()
    user = await trail.core.register()
    erasing = trail.core.auth.audit.erase
    async with trail.core.ports.uow() as tx:
        ordered = await erasing.erasure.order(tx, user.id, actor=None, origin=Origin(), at=trail.core.clock.now())
    trail.core.clock.advance(SECOND)
    await trail.core.log_in(user)  # elsewhere, at this very moment
    assert ordered is not None

    erased = await erasing.erasure.carry_out(user.id, ordered=ordered)

    await trail.core.auth.audit.seal()
    assert (erased, (await trail.whole()).erased) == (1, 1)
    assert [event.origin for event in await trail.core.events(user.id)] == [Origin(), Origin(), HERE]


@pytest.mark.covers("AUD-02")
async def test_who_gave_the_order_cannot_be_wiped() -> None:
    trail = await Trail.make()
    user, admin = await trail.core.register(), await trail.core.register()
    await trail.core.auth.audit.erase(user_id=user.id, actor=admin.id, origin=HERE)
    await trail.core.auth.audit.erase(user_id=user.id, actor=admin.id, origin=HERE)
    await trail.core.auth.audit.seal()
    first_order = trail.events_of(1)[-2]
    await wipe(trail, first_order)

    assert await trail.broken() == Broken(what=Damage.ERASED, batch=1, event=first_order)


@pytest.mark.covers("AUD-02")
@pytest.mark.parametrize(
    "put_in",
    [{"origin": Origin(address="203.0.113.9")}, {"origin": Origin(request_id="r-9")}, {"details": {"reason": "none"}}],
    ids=["an address", "a request id", "a detail"],
)
async def test_what_is_put_in_the_place_of_something_erased_is_found(put_in: dict[str, Any]) -> None:
    trail = await Trail.make()
    user = await trail.core.register()
    await trail.core.auth.audit.seal()
    await trail.core.auth.audit.erase(user_id=user.id, actor=None, origin=Origin())
    victim = (await trail.core.events(user.id))[0].id
    trail.edit(victim, lambda event: replace(event, **put_in))

    assert await trail.broken() == Broken(what=Damage.EDITED, batch=1, event=victim)


async def test_nothing_can_be_guessed_from_what_is_left() -> None:
    trail = await Trail.make()
    user = await trail.core.register()
    await trail.core.auth.audit.erase(user_id=user.id, actor=None, origin=Origin())
    left = trail.store.committed.recordings[(await trail.core.events(user.id))[0].id].personal_digest

    guess = json.dumps(["auth-service audit personal 1", HERE.address, HERE.user_agent, HERE.request_id, {}])
    assert left != hashlib.sha256(guess.replace(", ", ",").encode()).digest()


class MayNotErase(MemoryRecordedEvents):
    async def may_be_erased(self, person: UserId) -> bool:
        del person
        return False


async def test_where_the_trail_is_append_only_nothing_is_erased_and_nothing_ordered() -> None:
    auth = await auth_in_memory(storage_with(recorded_events=MayNotErase))

    with pytest.raises(TrailIsAppendOnly):
        await auth.audit.erase(user_id=a_user().id, actor=None, origin=Origin())

    page = await auth.audit.list()
    assert EventKind.TRAIL_ERASED not in {event.kind for event in page.items}
