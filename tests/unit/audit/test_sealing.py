"""Sealing: everything once, in the order of recording, by one of however many try."""

import asyncio

import pytest

from auth_adapters.memory import auth_in_memory
from auth_adapters.memory.audit import MemorySealedBatches
from auth_core.audit.chain import NO_HEAD, SealedBatch
from auth_core.audit.policy import AuditPolicy
from auth_core.testing import an_event
from tests.unit.audit.trail import Trail
from tests.unit.contracts.broken_storage import storage_with
from tests.unit.core_in_memory import SECOND


async def test_a_batch_holds_every_event_once_in_the_order_of_recording() -> None:
    trail = await Trail.make(batch=4)
    for _ in range(5):
        await trail.core.register()

    await trail.core.auth.audit.seal()

    assert trail.events_of(1) + trail.events_of(2) == [event.id for event in trail.core.all_events()]
    assert [len(trail.events_of(number)) for number in (1, 2)] == [4, 2]


async def test_every_batch_names_the_head_before_it() -> None:
    trail = await Trail.of_three_batches()
    first, second, third = (trail.store.committed.batches[number].batch for number in (1, 2, 3))

    assert [batch.previous for batch in (first, second, third)] == [NO_HEAD, first.head, second.head]


async def test_there_is_no_batch_of_nothing() -> None:
    trail = await Trail.of_three_batches()

    assert await trail.core.auth.audit.seal() is None
    assert len(trail.store.committed.batches) == 3


async def test_the_head_that_is_told_is_the_one_that_can_be_read() -> None:
    trail = await Trail.make()
    nothing = await trail.core.auth.audit.read_head()
    sealed = await trail.core.auth.audit.seal()

    assert nothing is None
    assert sealed is not None
    assert await trail.core.auth.audit.read_head() == sealed


@pytest.mark.covers("AUD-03")
async def test_of_many_who_seal_at_once_one_does_and_the_chain_stays_one() -> None:
    trail = await Trail.make()

    heads = await asyncio.gather(*(trail.core.auth.audit.seal() for _ in range(10)))

    assert [head is None for head in heads].count(False) == 1
    assert (await trail.whole()).batches == 1


class SomebodyIsFirst(MemorySealedBatches):
    async def append(self, sealed: SealedBatch) -> bool:
        return False


async def test_whoever_comes_second_leaves_it_to_the_first_and_claims_nothing() -> None:
    auth = await auth_in_memory(storage_with(sealed_batches=SomebodyIsFirst))

    assert await auth.audit.seal() is None


async def test_what_has_been_seen_is_never_taken_back_for_an_event_that_came_late() -> None:
    trail = await Trail.make(batch=1)
    await trail.core.register()
    trail.core.clock.advance(SECOND)
    await trail.core.register()
    await trail.core.auth.audit.seal()
    trail.insert_after(trail.events_of(1)[0], an_event(None))

    await trail.core.auth.audit.seal()

    seen = [sealed.batch.seen_until for sealed in trail.store.committed.batches.values()]
    assert seen == sorted(seen)
    assert (await trail.whole()).unsealed == 0


async def test_shortly_after_somebody_has_sealed_nobody_needs_to() -> None:
    trail = await Trail.make()
    await trail.core.auth.audit.seal(if_due=True)
    await trail.core.register()
    early = await trail.core.auth.audit.seal(if_due=True)
    trail.core.clock.advance(5 * SECOND)

    assert early is None
    assert await trail.core.auth.audit.seal(if_due=True) is not None


@pytest.mark.parametrize(
    "choice",
    [
        {"seal_every": 0.5 * SECOND},
        {"seal_every": 3601 * SECOND},
        {"batch": 0},
        {"batch": 10_001},
        {"lateness": 59 * SECOND},
        {"retention": 3600 * SECOND},
    ],
)
def test_choices_that_make_no_sense_are_refused(choice: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(choice))):
        AuditPolicy(**choice)  # type: ignore[arg-type] # as the parameters have it
