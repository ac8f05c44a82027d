"""What every audit trail promises."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from auth_core.assembly import Tx
from auth_core.audit.events import AuditEvent, EventKind, Outcome
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.testing.builders import an_event
from auth_core.testing.contracts.arrangement import stored_session, stored_user
from auth_core.testing.contracts.concurrency import in_transaction, race, roll_back
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import NOON


class AuditTrailContract:
    """Subclass it and provide the fixture `storage`."""

    async def test_an_event_comes_back_as_it_was_recorded(self, storage: Storage) -> None:
        user = await stored_user(storage)
        session = await stored_session(storage, user)
        event = an_event(user.id, session_id=session.id)

        await in_transaction(storage, lambda tx: tx.audit.record(event))

        assert list(await _latest(storage, user.id)) == [event]

    async def test_an_event_that_says_little_comes_back_as_it_was_recorded(self, storage: Storage) -> None:
        user = await stored_user(storage)
        event = replace(an_event(user.id), actor=None, origin=Origin(), details={}, outcome=Outcome.FAILURE)

        await in_transaction(storage, lambda tx: tx.audit.record(event))

        assert list(await _latest(storage, user.id)) == [event]

    async def test_many_events_are_kept_at_once(self, storage: Storage) -> None:
        user = await stored_user(storage)
        events = [replace(an_event(user.id), at=NOON + timedelta(seconds=second)) for second in range(3)]

        await in_transaction(storage, lambda tx: tx.audit.record_all(events))
        await in_transaction(storage, lambda tx: tx.audit.record_all([]))

        assert list(await _latest(storage, user.id)) == events[::-1]

    async def test_every_kind_of_event_can_be_kept(self, storage: Storage) -> None:
        user = await stored_user(storage)

        async def record_all(tx: Tx) -> None:
            for minutes, kind in enumerate(EventKind):
                await tx.audit.record(an_event(user.id, kind=kind, at=NOON + timedelta(minutes=minutes)))

        await in_transaction(storage, record_all)

        assert [event.kind for event in await _latest(storage, user.id, limit=100)] == list(reversed(EventKind))

    async def test_an_event_may_have_happened_to_nobody(self, storage: Storage) -> None:
        await in_transaction(storage, lambda tx: tx.audit.record(an_event(None, kind=EventKind.LOGIN_FAILED)))

    async def test_details_keep_their_kind(self, storage: Storage) -> None:
        user = await stored_user(storage)
        details: dict[str, str | int] = {"number": 3, "digits": "3", "words": "\u00e9\U0001f600 'quoted' \"twice\""}

        await in_transaction(storage, lambda tx: tx.audit.record(replace(an_event(user.id), details=dict(details))))

        [event] = await _latest(storage, user.id)
        assert {name: (type(value), value) for name, value in event.details.items()} == {
            name: (type(value), value) for name, value in details.items()
        }

    async def test_the_newest_events_come_first(self, storage: Storage) -> None:
        user = await stored_user(storage)
        events = [an_event(user.id, at=NOON + timedelta(minutes=minutes)) for minutes in (1, 0, 3, 2)]

        async def record_all(tx: Tx) -> None:
            for event in events:
                await tx.audit.record(event)

        await in_transaction(storage, record_all)

        latest = await _latest(storage, user.id, limit=3)

        assert list(latest) == [events[2], events[3], events[0]]

    async def test_everybody_has_their_own_events(self, storage: Storage) -> None:
        user, admin = await stored_user(storage), await stored_user(storage)
        event = replace(an_event(user.id), actor=admin.id)

        await in_transaction(storage, lambda tx: tx.audit.record(event))

        assert list(await _latest(storage, user.id)) == [event]
        assert list(await _latest(storage, admin.id)) == []

    async def test_an_event_is_kept_exactly_when_its_transaction_is(self, storage: Storage) -> None:
        user = await stored_user(storage)

        await roll_back(storage, lambda tx: tx.audit.record(an_event(user.id)))

        assert list(await _latest(storage, user.id)) == []

    async def test_many_events_at_once_are_all_kept(self, storage: Storage) -> None:
        user = await stored_user(storage)

        await race(20, lambda: in_transaction(storage, lambda tx: tx.audit.record(an_event(user.id))))

        assert len(await _latest(storage, user.id, limit=100)) == 20


async def _latest(storage: Storage, subject: UserId, *, limit: int = 10) -> Sequence[AuditEvent]:
    return await in_transaction(storage, lambda tx: tx.audit.latest(subject=subject, limit=limit))
