"""What every outbox promises: to those who post, to those who deliver, and to those who look after it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest

from auth_core.assembly import Tx
from auth_core.ids import ClaimId, Ids, MessageId, UserId
from auth_core.outbox.model import Filed, Letter, Recipient, State
from auth_core.redacted import Redacted
from auth_core.testing.builders import a_letter, a_user
from auth_core.testing.contracts.arrangement import stored_user
from auth_core.testing.contracts.concurrency import in_transaction, race, roll_back
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.doubles.entropy import SeededEntropy
from auth_core.testing.doubles.movable_clock import MovableClock
from auth_core.testing.moments import NOON

_LEASE: Final = timedelta(minutes=2)
_LATER: Final = NOON + timedelta(hours=1)
_LONG_OVER: Final = NOON + timedelta(days=30)
_ENTROPY: Final = SeededEntropy(b"claims")


class OutboxContract:
    """Subclass it and provide `storage`, whose outbox nobody else uses meanwhile; what is in it already is cleared."""

    @pytest.fixture(autouse=True)
    async def empty(self, storage: Storage) -> None:
        """Leave nothing of what other tests have posted."""
        far = NOON + timedelta(days=36_500)
        for state in (State.WAITING, State.DEAD):
            for each in await _list(storage, state):
                await in_transaction(storage, lambda tx, each=each: tx.outbox.drop(each.id, now=NOON))  # type: ignore[misc]
        while await storage.old_messages.purge(over_before=far, limit=1000):
            pass

    async def test_what_is_posted_is_claimed_as_it_was(self, storage: Storage) -> None:
        letter = replace(a_letter(), expires_at=_LATER)
        nowhere = replace(a_letter(at=NOON + timedelta(seconds=1)), to=Recipient(address="ada@example.org"))
        await _post(storage, letter, nowhere)

        claimed = await _claim(storage, now=NOON + timedelta(seconds=1))

        until = NOON + timedelta(seconds=1) + _LEASE
        assert _told(claimed) == _told([replace(each, due_at=until, attempts=1) for each in (letter, nowhere)])

    async def test_what_is_rolled_back_is_never_sent(self, storage: Storage) -> None:
        await roll_back(storage, lambda tx: tx.outbox.add(a_letter()))

        assert await _claim(storage) == []
        assert (await storage.outbox_queue.look()).waiting == 0

    async def test_nothing_is_claimed_before_it_is_due(self, storage: Storage) -> None:
        letter = a_letter(at=_LATER)
        await _post(storage, letter)

        early = await _claim(storage, now=_LATER - timedelta(microseconds=1))

        assert early == []
        assert _ids(await _claim(storage, now=_LATER)) == [letter.sealed.id]

    async def test_what_was_due_first_is_claimed_first(self, storage: Storage) -> None:
        letters = [a_letter(at=NOON + timedelta(seconds=number)) for number in (3, 1, 2)]
        await _post(storage, *letters)

        claimed = [_ids(await _claim(storage, now=_LATER, limit=1)) for _ in range(4)]

        assert claimed == [[letters[1].sealed.id], [letters[2].sealed.id], [letters[0].sealed.id], []]

    async def test_of_many_who_claim_at_once_each_letter_goes_to_one(self, storage: Storage) -> None:
        letters = [a_letter() for _ in range(50)]
        await _post(storage, *letters)

        shares = await race(20, lambda: _claim(storage, limit=5))

        # Who comes while others choose may go away with less than there is; what is left is there for the next.
        shares.append(await _claim(storage, limit=100))
        taken = [each for share in shares for each in _ids(share)]
        assert sorted(taken) == sorted(_ids(letters))
        assert all(len(share) <= 5 for share in shares[:-1])

    async def test_a_claim_holds_until_it_runs_out_and_then_another_has_it(self, storage: Storage) -> None:
        letter = a_letter()
        await _post(storage, letter)
        await _claim(storage)

        held = await _claim(storage, now=NOON + _LEASE - timedelta(microseconds=1))
        again = await _claim(storage, now=NOON + _LEASE)

        assert held == []
        assert _told(again) == _told([replace(letter, due_at=NOON + 2 * _LEASE, attempts=2)])

    @pytest.mark.parametrize("state", [State.SENT, State.DEAD, State.EXPIRED])
    async def test_what_has_ended_is_never_claimed_again(self, storage: Storage, state: State) -> None:
        letter, claim = a_letter(), _a_claim()
        await _post(storage, letter)
        await _claim(storage, claim)

        ended = [await _end(storage, letter, claim, state, reason="550 no such mailbox") for _ in range(2)]

        assert ended == [True, False]
        assert await _claim(storage, now=_LONG_OVER) == []
        [filed] = await _list(storage, state)
        assert (filed.id, filed.kind, filed.to, filed.attempts) == (letter.sealed.id, "password_changed", letter.to, 1)
        assert (filed.state, filed.over_at, filed.reason) == (state, NOON, "550 no such mailbox")

    async def test_only_what_waits_or_is_dead_still_holds_what_it_says(self, storage: Storage) -> None:
        waiting, *others = (a_letter(at=NOON + timedelta(seconds=number)) for number in range(5))
        claim = _a_claim()
        await _post(storage, waiting, *others)
        await _claim(storage, claim, now=_LATER)
        for letter, state in zip(others, (State.SENT, State.DEAD, State.EXPIRED), strict=False):
            await _end(storage, letter, claim, state)
        await in_transaction(storage, lambda tx: tx.outbox.drop(others[3].sealed.id, now=NOON))

        held = await in_transaction(storage, lambda tx: tx.outbox.sealed(after=None, limit=10))

        assert [(each.id, each.payload.reveal()) for each in held] == [
            (each.sealed.id, each.sealed.payload.reveal()) for each in (waiting, others[1])
        ]

    async def test_what_is_put_off_is_due_then(self, storage: Storage) -> None:
        letter, claim = a_letter(), _a_claim()
        await _post(storage, letter)
        await _claim(storage, claim)

        postponed = await _postpone(storage, letter, claim, until=_LATER)

        assert postponed
        assert await _claim(storage, now=_LATER - timedelta(microseconds=1)) == []
        assert [(each.sealed.id, each.attempts) for each in await _claim(storage, now=_LATER)] == [
            (letter.sealed.id, 2)
        ]

    async def test_whose_claim_has_run_out_settles_nothing_over_the_next(self, storage: Storage) -> None:
        letter, first, second = a_letter(), _a_claim(), _a_claim()
        await _post(storage, letter)
        await _claim(storage, first)
        await _claim(storage, second, now=NOON + _LEASE)

        late = [
            await _end(storage, letter, first, State.DEAD),
            await _postpone(storage, letter, first, until=_LATER),
        ]

        assert late == [False, False]
        assert await _claim(storage, now=NOON + 2 * _LEASE - timedelta(microseconds=1)) == []
        assert await _end(storage, letter, second, State.SENT)
        assert not await _end(storage, letter, first, State.DEAD)
        assert [each.id for each in await _list(storage, State.SENT)] == [letter.sealed.id]

    async def test_whose_claim_has_run_out_may_settle_what_nobody_else_has_taken(self, storage: Storage) -> None:
        letter, claim = a_letter(), _a_claim()
        await _post(storage, letter)
        await _claim(storage, claim)

        assert await _end(storage, letter, claim, State.SENT, now=NOON + 2 * _LEASE)

    async def test_a_claim_that_was_given_back_settles_nothing(self, storage: Storage) -> None:
        letter, claim = a_letter(), _a_claim()
        await _post(storage, letter)
        await _claim(storage, claim)
        await _postpone(storage, letter, claim, until=_LATER)

        assert not await _end(storage, letter, claim, State.SENT)
        assert not await _postpone(storage, letter, claim, until=NOON)

    async def test_a_claim_settles_only_what_it_was_made_for(self, storage: Storage) -> None:
        mine, other, claim = a_letter(), a_letter(at=_LATER), _a_claim()
        await _post(storage, mine, other)
        await _claim(storage, claim)

        assert not await _end(storage, other, claim, State.SENT)
        assert _ids(await _claim(storage, now=_LATER)) == [mine.sealed.id, other.sealed.id]

    async def test_it_is_told_how_much_waits_and_since_when(self, storage: Storage) -> None:
        nothing = await storage.outbox_queue.look()
        old, new, dead, claim = a_letter(), a_letter(at=_LATER), a_letter(at=NOON - _LEASE), _a_claim()
        await _post(storage, old, new, dead)
        await _claim(storage, claim, limit=1)
        await _end(storage, dead, claim, State.DEAD)

        backlog = await storage.outbox_queue.look()

        assert (nothing.waiting, nothing.oldest, nothing.dead) == (0, None, 0)
        assert (backlog.waiting, backlog.oldest, backlog.dead) == (2, NOON, 1)

    async def test_what_was_given_up_can_be_tried_again_from_the_start(self, storage: Storage) -> None:
        letter, waiting, claim = a_letter(), a_letter(at=_LATER), _a_claim()
        await _post(storage, letter, waiting)
        await _claim(storage, claim)
        await _end(storage, letter, claim, State.DEAD)
        later = NOON + timedelta(minutes=5)

        revived = [
            await in_transaction(storage, lambda tx: tx.outbox.revive(letter.sealed.id, now=later)) for _ in range(2)
        ]

        assert [each and (each.state, each.attempts, each.due_at, each.over_at, each.reason) for each in revived] == [
            (State.WAITING, 0, later, None, None),
            None,
        ]
        assert await in_transaction(storage, lambda tx: tx.outbox.revive(waiting.sealed.id, now=later)) is None
        assert _told(await _claim(storage, now=later)) == _told([replace(letter, due_at=later + _LEASE, attempts=1)])

    async def test_what_waits_or_was_given_up_can_be_dropped_once(self, storage: Storage) -> None:
        dead, waiting, sent, claim = a_letter(), a_letter(at=_LATER), a_letter(), _a_claim()
        await _post(storage, dead, waiting, sent)
        await _claim(storage, claim)
        await _end(storage, dead, claim, State.DEAD)
        await _end(storage, sent, claim, State.SENT)

        dropped = [
            await in_transaction(storage, lambda tx, letter=letter: tx.outbox.drop(letter.sealed.id, now=NOON))  # type: ignore[misc]
            for letter in (dead, waiting, waiting, sent, a_letter())
        ]

        assert [each and each.state for each in dropped] == [State.DROPPED, State.DROPPED, None, None, None]
        assert await _claim(storage, now=_LONG_OVER) == []

    async def test_what_was_dropped_while_it_was_sent_stays_dropped(self, storage: Storage) -> None:
        letter, claim = a_letter(), _a_claim()
        await _post(storage, letter)
        await _claim(storage, claim)
        await in_transaction(storage, lambda tx: tx.outbox.drop(letter.sealed.id, now=NOON))

        assert not await _end(storage, letter, claim, State.SENT)
        assert [each.state for each in await _list(storage, State.DROPPED)] == [State.DROPPED]

    async def test_all_that_was_posted_to_an_address_is_forgotten(self, storage: Storage) -> None:
        theirs = [replace(a_letter(), to=Recipient(address=each)) for each in ("Ada@example.org", "ada@EXAMPLE.org")]
        sent, claim = replace(a_letter(), to=Recipient(address="ADA@example.org")), _a_claim()
        other = replace(a_letter(), to=Recipient(address="aXa@example.org"))
        await _post(storage, sent)
        await _claim(storage, claim)
        await _end(storage, sent, claim, State.SENT)
        await _post(storage, *theirs, other)

        forgotten = [await in_transaction(storage, lambda tx: tx.outbox.forget("ada@example.org")) for _ in range(2)]

        assert forgotten == [3, 0]
        assert [each.id for each in await _list(storage, State.WAITING)] == [other.sealed.id]
        assert list(await _list(storage, State.SENT)) == []

    async def test_they_are_listed_page_by_page(self, storage: Storage) -> None:
        letters = [a_letter(at=NOON + timedelta(seconds=number)) for number in range(5)]
        await _post(storage, *reversed(letters))
        pages: list[list[MessageId]] = []
        after: MessageId | None = None
        while page := [each.id for each in await _list(storage, State.WAITING, after=after, limit=2)]:
            pages.append(page)
            after = page[-1]

        assert [each for page in pages for each in page] == _ids(letters)
        assert [len(page) for page in pages] == [2, 2, 1]
        assert await _list(storage, State.DEAD) == []

    async def test_what_is_held_is_sealed_anew_only_if_it_is_what_was_seen(self, storage: Storage) -> None:
        letter, other = a_letter(), a_letter()
        await _post(storage, letter, other)
        old, new = letter.sealed.payload, Redacted(b"sealed anew")

        async def reseal(tx: Tx) -> bool:
            return await tx.outbox.reseal(letter.sealed.id, new, old=old)

        resealed = [await in_transaction(storage, reseal) for _ in range(2)]

        assert resealed == [True, False]
        claimed = {each.sealed.id: each.sealed.payload.reveal() for each in await _claim(storage)}
        assert claimed == {letter.sealed.id: b"sealed anew", other.sealed.id: other.sealed.payload.reveal()}

    async def test_only_what_is_long_over_is_removed_and_a_little_at_a_time(self, storage: Storage) -> None:
        letters = [a_letter() for _ in range(4)]
        waiting, late, *over = letters
        claim = _a_claim()
        await _post(storage, *letters)
        await _claim(storage, claim)
        for letter in over:
            await _end(storage, letter, claim, State.SENT)
        await _end(storage, late, claim, State.DEAD, now=_LATER)

        removed = [await storage.old_messages.purge(over_before=_LATER, limit=1) for _ in range(3)]

        assert removed == [1, 1, 0]
        assert [each.id for each in await _list(storage, State.DEAD)] == [late.sealed.id]
        assert [each.id for each in await _list(storage, State.WAITING)] == [waiting.sealed.id]

    async def test_a_user_is_told_at_the_address_that_is_stored(self, storage: Storage) -> None:
        user = await stored_user(storage)

        found = await in_transaction(storage, lambda tx: tx.recipients.find(user.id))

        assert found is not None
        assert found.address == user.email.address

    async def test_nobody_is_told_who_is_unknown(self, storage: Storage) -> None:
        stranger: UserId = a_user().id

        assert await in_transaction(storage, lambda tx: tx.recipients.find(stranger)) is None


def _a_claim() -> ClaimId:
    return Ids(clock=MovableClock(NOON), entropy=_ENTROPY).claim()


async def _post(storage: Storage, *letters: Letter) -> None:
    async def add(tx: Tx) -> None:
        for letter in letters:
            await tx.outbox.add(letter)

    await in_transaction(storage, add)


async def _claim(
    storage: Storage, claim: ClaimId | None = None, *, now: datetime = NOON, limit: int = 10
) -> Sequence[Letter]:
    claimed = await storage.outbox_queue.claim(claim or _a_claim(), limit=limit, now=now, until=now + _LEASE)
    return sorted(claimed, key=lambda letter: letter.sealed.id)


async def _end(
    storage: Storage,
    letter: Letter,
    claim: ClaimId,
    state: State,
    *,
    now: datetime = NOON,
    reason: str | None = None,
) -> bool:
    return await storage.outbox_queue.end(letter.sealed.id, claim, state, now=now, reason=reason)


async def _postpone(storage: Storage, letter: Letter, claim: ClaimId, *, until: datetime) -> bool:
    return await storage.outbox_queue.postpone(letter.sealed.id, claim, until=until, reason="451 later")


async def _list(storage: Storage, state: State, *, after: MessageId | None = None, limit: int = 100) -> Sequence[Filed]:
    return await in_transaction(storage, lambda tx: tx.outbox.list(state, after=after, limit=limit))


def _ids(letters: Sequence[Letter]) -> list[MessageId]:
    return [letter.sealed.id for letter in letters]


def _told(letters: Sequence[Letter]) -> list[tuple[object, ...]]:
    """Return letters as something that can be compared."""
    return [
        (
            each.sealed.id,
            each.sealed.kind,
            each.sealed.payload.reveal(),
            each.to,
            each.created_at,
            each.due_at,
            each.expires_at,
            each.attempts,
        )
        for each in letters
    ]
