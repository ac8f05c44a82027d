"""What is old enough is removed, whole batches at a time, and the chain goes on from there."""

from dataclasses import replace

import pytest

from auth_adapters.memory import auth_in_memory
from auth_adapters.memory.audit import MemorySealedBatches
from auth_core import Origin, TrailIsAppendOnly
from auth_core.audit.events import EventKind
from auth_core.audit.verdict import Broken, Damage
from tests.unit.audit.trail import Trail, policies
from tests.unit.contracts.broken_storage import storage_with
from tests.unit.core_in_memory import DAY


async def a_year(retention_days: int | None = 30) -> Trail:
    """Somebody registers every ten days and is sealed, in ten batches."""
    trail = await Trail.make(retention=None if retention_days is None else retention_days * DAY)
    for _ in range(10):
        await trail.core.register()
        await trail.core.auth.audit.seal()
        trail.core.clock.advance(10 * DAY)
    return trail


async def remove_old(trail: Trail) -> int:
    return await trail.core.auth.audit.remove_old(origin=Origin())


async def test_what_is_older_than_it_is_kept_is_removed_and_the_rest_is_whole() -> None:
    trail = await a_year()

    removed = await remove_old(trail)

    await trail.core.auth.audit.seal()
    whole = await trail.whole()
    assert removed == 9  # eight people, and the signing key of the beginning
    assert (whole.batches, whole.emptied, whole.events, whole.unsealed) == (11, 8, 3, 0)
    assert len(trail.store.committed.events) == 3


async def test_removing_again_removes_nothing_and_says_nothing() -> None:
    trail = await a_year()
    await remove_old(trail)
    before = len(trail.core.all_events())

    assert await remove_old(trail) == 0
    assert len(trail.core.all_events()) == before


async def test_unless_told_everything_is_kept_for_ever() -> None:
    trail = await a_year(retention_days=None)

    assert await remove_old(trail) == 0
    assert (await trail.whole()).emptied == 0


async def test_the_order_is_an_event_and_the_chain_is_whole_over_many_removals() -> None:
    trail = await a_year()
    for _ in range(12):
        await remove_old(trail)
        await trail.core.register()
        await trail.core.auth.audit.seal()
        trail.core.clock.advance(10 * DAY)
        await trail.whole()

    orders = [event for event in trail.core.all_events() if event.kind is EventKind.TRAIL_SHORTENED]
    assert [order.details["through"] for order in orders][-1] == (await trail.whole()).emptied


async def test_an_exported_head_older_than_what_is_kept_still_holds() -> None:
    trail = await a_year(retention_days=None)
    exported = await trail.core.auth.audit.read_head()
    core = replace(trail.core, auth=await auth_in_memory(trail.core.ports, policies=policies(retention=DAY)))
    core.clock.advance(50 * DAY)
    await core.auth.audit.remove_old(origin=Origin())

    assert not isinstance(await core.auth.audit.verify(exported=exported), Broken)


@pytest.mark.covers("AUD-02")
async def test_events_that_are_removed_without_an_order_are_found() -> None:
    trail = await a_year()
    async with trail.core.ports.uow() as tx:
        await tx.sealed_batches.empty_oldest(through=1)

    assert await trail.broken() == Broken(what=Damage.EMPTIED, batch=1)


@pytest.mark.covers("AUD-02")
async def test_events_that_are_removed_past_the_order_are_found() -> None:
    trail = await a_year()
    await remove_old(trail)
    async with trail.core.ports.uow() as tx:
        await tx.sealed_batches.empty_oldest(through=9)

    assert await trail.broken() == Broken(what=Damage.EMPTIED, batch=9)


@pytest.mark.covers("AUD-02")
async def test_events_that_are_removed_out_of_turn_are_found() -> None:
    trail = await a_year()
    for event_id in trail.events_of(5):
        trail.delete(event_id)
    trail.edit_batch(5, lambda sealed: replace(sealed, batch=replace(sealed.batch, entries=None)))

    assert await trail.broken() == Broken(what=Damage.EMPTIED, batch=5)


class MayOnlyAppend(MemorySealedBatches):
    async def may_be_emptied(self) -> bool:
        return False


async def test_where_the_trail_is_append_only_nothing_is_removed() -> None:
    ports = storage_with(sealed_batches=MayOnlyAppend)
    auth = await auth_in_memory(ports, policies=policies(retention=DAY))

    assert await auth.audit.remove_old(where_allowed=True, origin=Origin()) == 0
    with pytest.raises(TrailIsAppendOnly):
        await auth.audit.remove_old(origin=Origin())
