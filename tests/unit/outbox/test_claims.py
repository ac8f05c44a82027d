"""A claim is a lease: a process that dies, stalls or cannot settle loses no letter, and undoes nothing of another's."""

import asyncio
from dataclasses import replace
from typing import Any, override

import pytest

from auth_adapters.memory.outbox import MemoryOutboxQueue
from auth_core import Unavailable
from auth_core.ids import MessageId
from auth_core.outbox.model import Answer, Deferred, Mail, Outcome, Refused, Sent, State
from auth_core.testing import Mailbox, mail_to
from tests.unit.outbox.post_office import POLICY, PostOffice


class Slow(Mailbox):
    """Takes a while; meanwhile the clock goes on, or the process is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = asyncio.Event()
        self.go_on = asyncio.Event()

    @override
    async def send(self, mail: Mail) -> Answer:
        self.taken.set()
        await self.go_on.wait()
        return await super().send(mail)


async def slow_office() -> tuple[PostOffice, Slow]:
    office, slow = await PostOffice.make(), Slow()
    deliver = office.core.auth.outbox.deliver
    slowly = replace(deliver, mail=mail_to(slow, office.wording))
    auth = replace(office.core.auth, outbox=replace(office.core.auth.outbox, deliver=slowly))
    return replace(office, core=replace(office.core, auth=auth)), slow


@pytest.mark.covers("PRC-03")
async def test_a_process_that_died_while_sending_leaves_the_letter_to_the_next_with_the_same_id() -> None:
    office, slow = await slow_office()
    message_id = await office.posted()
    first = asyncio.create_task(office.core.auth.outbox.deliver())
    await slow.taken.wait()
    first.cancel()
    slow.go_on.set()

    assert await office.deliver() == []
    office.core.clock.advance(POLICY.lease)

    assert await office.deliver() == [Outcome.SENT]
    assert office.sent() == []
    assert [mail.id for mail in slow.mails] == [message_id]


@pytest.mark.covers("PRC-03")
@pytest.mark.parametrize("answer", [Sent(), Deferred("451 later"), Refused("550")])
async def test_a_process_that_stood_still_settles_nothing_over_the_one_that_took_its_place(answer: Answer) -> None:
    office, slow = await slow_office()
    slow.will(answer)
    message_id = await office.posted()
    stalled = asyncio.create_task(office.core.auth.outbox.deliver())
    await slow.taken.wait()
    office.core.clock.advance(POLICY.lease)
    office.mailbox.will(Deferred("452 later"))
    other = replace(office.core.auth.outbox.deliver, mail=mail_to(office.mailbox, office.wording))

    assert [each.outcome for each in await other()] == [Outcome.DEFERRED]
    slow.go_on.set()

    assert [each.outcome for each in await stalled] == [Outcome.OVERTAKEN]
    stored = office.core.store.committed.letters[message_id]
    assert (stored.state, stored.reason) == (State.WAITING, "452 later")


class WakesLate(MemoryOutboxQueue):
    """Gives a claim back to a process that sleeps before it can do anything with it."""

    @override
    async def claim(self, *arguments: Any, **named: Any) -> Any:
        claimed = await super().claim(*arguments, **named)
        self.clock.advance(POLICY.lease)
        return claimed

    clock: Any


@pytest.mark.covers("PRC-03")
async def test_a_process_that_wakes_up_after_its_claim_has_run_out_sends_nothing(office: PostOffice) -> None:
    await office.posted()
    queue = WakesLate(office.core.store)
    queue.clock = office.core.clock

    deliver = office.core.auth.outbox.deliver
    late = await replace(deliver, lane=replace(deliver.lane, queue=queue))()

    assert [each.outcome for each in late] == [Outcome.OVERTAKEN]
    assert office.sent() == []
    assert await office.deliver() == [Outcome.SENT]


async def test_a_letter_that_ends_every_process_that_tries_it_is_given_up(office: PostOffice) -> None:
    await office.posted()
    deliver, store = office.core.auth.outbox.deliver, office.core.store
    for _ in range(POLICY.attempts):  # each of them claims, and is gone
        now = office.core.clock.now()
        assert await MemoryOutboxQueue(store).claim(
            deliver.lane.ids.claim(), limit=1, now=now, until=now + POLICY.lease
        )
        office.core.clock.advance(POLICY.lease)

    assert await office.deliver() == [Outcome.GIVEN_UP]

    assert office.sent() == []


class CannotSettle(MemoryOutboxQueue):
    @override
    async def end(self, message_id: MessageId, *arguments: Any, **named: Any) -> bool:
        if message_id == self.out_of_reach:
            raise Unavailable(Unavailable.SHORTLY)
        for _ in range(20):  # the failure is known long before
            await asyncio.sleep(0)
        return await super().end(message_id, *arguments, **named)

    out_of_reach: MessageId


async def test_one_that_cannot_be_settled_does_not_break_off_the_others(office: PostOffice) -> None:
    first, second = await office.posted(), await office.posted()
    queue = CannotSettle(office.core.store)
    queue.out_of_reach = first
    deliver = office.core.auth.outbox.deliver

    with pytest.raises(Unavailable):
        await replace(deliver, lane=replace(deliver.lane, queue=queue))()

    assert office.core.store.committed.letters[second].state is State.SENT  # by now, and not some time later
    assert [each.id for each in await office.filed(State.SENT)] == [second]
    office.core.clock.advance(POLICY.lease)
    assert await office.deliver() == [Outcome.SENT]
    assert sorted(office.sent()) == sorted([first, second, first])
