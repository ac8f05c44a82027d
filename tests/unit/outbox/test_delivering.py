"""What is posted is delivered at least once, later and later when it fails, with the same id each time, or given up."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from auth_core.outbox.messages import ResetPassword
from auth_core.outbox.model import Answer, Attempt, Deferred, Outcome, Refused, SealedMessage, State
from auth_core.outbox.policy import DeliveryPolicy
from auth_core.redacted import Redacted
from auth_core.testing import ScriptedEntropy
from tests.unit.core_in_memory import HOUR, SECOND
from tests.unit.outbox.post_office import POLICY, PostOffice


@pytest.mark.covers("PRC-09")
async def test_what_is_sent_once_is_not_sent_again(office: PostOffice) -> None:
    message_id = await office.posted()

    assert [await office.deliver() for _ in range(2)] == [[Outcome.SENT], []]

    assert office.sent() == [message_id]
    [filed] = await office.filed(State.SENT)
    assert (filed.id, filed.attempts) == (message_id, 1)


@pytest.mark.covers("PRC-09")
@pytest.mark.parametrize("fault", [Deferred("451 later"), TimeoutError(), RuntimeError("a secret"), OSError()])
async def test_what_could_not_be_sent_is_tried_again_later_and_later(fault: Answer | Exception) -> None:
    office = await PostOffice.make(fault, fault)
    message_id = await office.posted()

    outcomes = [await office.deliver()]
    for longest in (POLICY.first_delay, 2 * POLICY.first_delay):
        office.core.clock.advance(longest)
        outcomes.append(await office.deliver())

    assert outcomes == [[Outcome.DEFERRED], [Outcome.DEFERRED], [Outcome.SENT]]
    assert office.sent() == [message_id]
    assert "secret" not in str(await office.filed(State.SENT))


async def test_who_failed_together_does_not_come_back_together() -> None:
    office = await PostOffice.make(*[Deferred("451 later")] * 10)
    for _ in range(10):
        await office.posted()

    await office.deliver()

    again = {each.letter.due_at - office.core.clock.now() for each in office.core.store.committed.letters.values()}
    assert len(again) > 5
    assert all(SECOND <= each <= POLICY.first_delay for each in again)


async def test_no_wait_is_longer_than_the_longest() -> None:
    office = await PostOffice.make(*[Deferred("451 later")] * 20, policy=replace(POLICY, attempts=30))
    deliver = office.core.auth.outbox.deliver
    always_most = replace(deliver, lane=replace(deliver.lane, entropy=ScriptedEntropy([b"\xff" * 4] * 20)))
    await office.posted()
    for _ in range(20):
        await always_most()
        office.core.clock.advance(timedelta(days=1))

    [stored] = office.core.store.committed.letters.values()
    wait = stored.letter.due_at - (office.core.clock.now() - timedelta(days=1))
    assert POLICY.longest_delay - SECOND < wait <= POLICY.longest_delay


async def test_what_was_tried_often_enough_is_given_up_and_kept_for_somebody_to_look_at() -> None:
    office = await PostOffice.make(*[Deferred("451 later")] * 3, policy=replace(POLICY, attempts=3))
    message_id = await office.posted()

    outcomes: list[Attempt] = []
    for _ in range(5):
        outcomes += await office.core.auth.outbox.deliver()
        office.core.clock.advance(HOUR)

    assert [(each.number, each.outcome) for each in outcomes] == [
        (1, Outcome.DEFERRED),
        (2, Outcome.DEFERRED),
        (3, Outcome.GIVEN_UP),
    ]
    [dead] = await office.filed(State.DEAD)
    assert (dead.id, dead.reason, dead.attempts) == (message_id, "451 later", 3)
    backlog = await office.core.auth.outbox.look()
    assert (backlog.waiting, backlog.dead) == (0, 1)


async def test_a_mailbox_that_is_not_there_is_not_tried_again() -> None:
    office = await PostOffice.make(Refused("550 5.1.1"))
    await office.posted()

    assert await office.deliver() == [Outcome.REFUSED]

    [dead] = await office.filed(State.DEAD)
    assert dead.reason == "550 5.1.1"


async def test_a_link_that_is_no_longer_good_is_not_sent(office: PostOffice) -> None:
    now = office.core.clock.now()
    await office.posted(ResetPassword(token=Redacted("t"), expires_at=now + HOUR))
    office.core.clock.advance(HOUR)

    assert await office.deliver() == [Outcome.EXPIRED]

    assert office.sent() == []
    assert [each.state for each in await office.filed(State.EXPIRED)] == [State.EXPIRED]


async def test_one_bad_letter_holds_up_none_of_the_others() -> None:
    office = await PostOffice.make(RuntimeError())
    for _ in range(3):
        await office.posted()

    assert sorted(await office.deliver()) == [Outcome.DEFERRED, Outcome.SENT, Outcome.SENT]


async def test_a_message_of_a_later_release_waits_for_that_release(office: PostOffice) -> None:
    message_id = await office.posted()
    letters = office.core.store.committed.letters
    stored = letters[message_id]
    later = SealedMessage(id=message_id, kind="from_the_future", payload=Redacted(b"{}"))
    letters[message_id] = replace(stored, letter=replace(stored.letter, sealed=later))

    assert await office.deliver() == [Outcome.DEFERRED]

    assert "later release" in str(office.core.store.committed.letters[message_id].reason)


async def test_what_came_of_every_attempt_is_counted(office: PostOffice) -> None:
    office.mailbox.will(Deferred("451"), Refused("550"))
    for _ in range(3):
        await office.posted()

    await office.deliver()

    assert office.core.auth.tallies.deliveries.counts == {"deferred": 1, "refused": 1, "sent": 1}


@pytest.mark.parametrize(
    "nonsense",
    [
        {"batch": 0},
        {"attempts": 0},
        {"send_within": timedelta(0)},
        {"send_within": timedelta(seconds=61)},
        {"first_delay": timedelta(0)},
        {"first_delay": timedelta(hours=5)},
        {"poll": timedelta(0)},
        {"kept": -SECOND},
    ],
)
def test_a_policy_that_cannot_be_kept_is_refused(nonsense: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(nonsense))):
        DeliveryPolicy(**nonsense)
