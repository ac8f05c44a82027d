"""What operators do about messages, and how long those that are over are kept."""

import pytest

from auth_core.audit.events import EventKind
from auth_core.ids import MessageId
from auth_core.outbox.errors import MessageNotFound
from auth_core.outbox.model import Outcome, Refused
from tests.unit.core_in_memory import HERE, MINUTE, SECOND
from tests.unit.outbox.post_office import POLICY, PostOffice


async def test_an_operator_has_what_was_given_up_tried_again_and_the_trail_says_so() -> None:
    office = await PostOffice.make(Refused("550"))
    message_id = await office.posted()
    await office.deliver()

    await office.core.auth.outbox.retry(message_id=message_id, actor=None, origin=HERE)

    assert await office.deliver() == [Outcome.SENT]
    assert office.sent() == [message_id]
    [event] = [each for each in office.core.all_events() if each.kind is EventKind.MESSAGE_RETRIED]
    assert event.details == {"message_id": str(message_id), "message": "password_changed"}


async def test_an_operator_drops_what_is_not_to_be_sent_and_the_trail_says_so(office: PostOffice) -> None:
    message_id = await office.posted()

    await office.core.auth.outbox.drop(message_id=message_id, actor=None, origin=HERE)

    assert await office.deliver() == []
    assert [each.kind for each in office.core.all_events()].count(EventKind.MESSAGE_DROPPED) == 1


async def test_nothing_is_done_about_what_is_over_or_not_there(office: PostOffice) -> None:
    message_id = await office.posted()
    await office.deliver()
    events = len(office.core.all_events())

    for act in (office.core.auth.outbox.retry, office.core.auth.outbox.drop):
        for each in (message_id, MessageId(office.post.ids.message())):
            with pytest.raises(MessageNotFound):
                await act(message_id=each, actor=None, origin=HERE)

    assert len(office.core.all_events()) == events


async def test_what_is_over_is_kept_for_a_while_and_what_waits_for_ever(office: PostOffice) -> None:
    sent = await office.posted()
    await office.deliver()
    office.core.clock.advance(MINUTE)
    waiting = await office.posted()

    office.core.clock.advance(POLICY.kept - MINUTE)
    await office.core.auth.upkeep.purge()
    assert sent in office.core.store.committed.letters
    office.core.clock.advance(SECOND)
    await office.core.auth.upkeep.purge()

    assert set(office.core.store.committed.letters) == {waiting}
