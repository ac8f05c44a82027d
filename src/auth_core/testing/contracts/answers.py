"""What every store of first answers promises."""

from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import uuid4  # noqa: TID251 - names no other test has used

from auth_core.assembly import Tx
from auth_core.idempotency.model import AnswerName
from auth_core.idempotency.ports import SealedAnswer
from auth_core.testing.contracts.concurrency import in_transaction, race, roll_back, while_open
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import LONG_AGO, NOON

DAY: Final = timedelta(days=1)
TICK: Final = timedelta(microseconds=1)
ANSWER: Final = SealedAnswer(bytes(range(256)))
OTHER: Final = SealedAnswer(b"another one")


class AnswersContract:
    """Subclass it and provide the fixture `storage`."""

    async def test_nothing_is_kept_under_a_name_nobody_has_claimed(self, storage: Storage) -> None:
        await _answered(storage, _a_name())

        assert await _found(storage, _a_name()) is None

    async def test_whoever_claims_first_keeps_an_answer_and_whoever_claims_next_gets_it(self, storage: Storage) -> None:
        name = _a_name()

        assert await _answered(storage, name) is None
        assert await _answered(storage, name, OTHER) == ANSWER
        assert await _found(storage, name) == ANSWER

    async def test_an_answer_is_kept_until_its_moment(self, storage: Storage) -> None:
        name = _a_name()
        await _answered(storage, name)

        assert await _found(storage, name, at=NOON + DAY - TICK) == ANSWER
        assert await _found(storage, name, at=NOON + DAY) is None
        assert await _answered(storage, name, OTHER, at=NOON + DAY - TICK) == ANSWER
        assert await _answered(storage, name, OTHER, at=NOON + DAY) is None
        assert await _found(storage, name, at=NOON + 2 * DAY - TICK) == OTHER

    async def test_what_is_forgotten_can_be_claimed_again(self, storage: Storage) -> None:
        name, kept = _a_name(), _a_name()
        for each in (name, kept):
            await _answered(storage, each)

        await in_transaction(storage, lambda tx: tx.answers.forget(name))

        assert await _found(storage, name) is None
        assert await _answered(storage, name, OTHER) is None
        assert await _found(storage, kept) == ANSWER

    async def test_what_is_rolled_back_was_never_claimed(self, storage: Storage) -> None:
        name = _a_name()

        await roll_back(storage, lambda tx: _answer(tx, name))

        assert await _found(storage, name) is None
        assert await _answered(storage, name) is None

    async def test_of_many_who_claim_at_once_one_does_and_all_others_get_its_answer(self, storage: Storage) -> None:
        for start in (None, LONG_AGO):
            name = _a_name()
            if start is not None:  # a claim that is over by now makes no difference
                await _answered(storage, name, at=start)
            numbers = iter(range(20))

            async def claim(name: AnswerName = name, numbers: object = numbers) -> SealedAnswer | None:
                answer = SealedAnswer(str(next(numbers)).encode())  # type: ignore[call-overload]  # they are numbers
                return await _answered(storage, name, answer)

            told = await race(20, claim)

            assert told.count(None) == 1
            assert set(told) == {None, await _found(storage, name)}

    async def test_who_claims_a_name_that_is_being_claimed_waits_and_gets_the_answer(self, storage: Storage) -> None:
        name = _a_name()

        told = await while_open(storage, lambda tx: _answer(tx, name), lambda: _answered(storage, name, OTHER))

        assert told == ANSWER

    async def test_who_waited_for_nothing_claims_the_name(self, storage: Storage) -> None:
        for rolled_back in (True, False):
            name = _a_name()

            async def come_to_nothing(tx: Tx, name: AnswerName = name) -> None:
                await tx.answers.claim(name, now=NOON, until=NOON + DAY)
                await tx.answers.forget(name)

            told = await while_open(
                storage, come_to_nothing, partial(_answered, storage, name), rolled_back=rolled_back
            )

            assert told is None
            assert await _found(storage, name) == ANSWER

    async def test_names_do_not_hold_each_other_up(self, storage: Storage) -> None:
        name, other = _a_name(), _a_name()

        async with storage.uow() as tx:
            assert await tx.answers.claim(name, now=NOON, until=NOON + DAY) is None
            assert await tx.answers.claim(other, now=NOON, until=NOON + DAY) is None
            await tx.answers.keep(other, OTHER)
            await tx.answers.keep(name, ANSWER)

        assert (await _found(storage, name), await _found(storage, other)) == (ANSWER, OTHER)

    async def test_what_is_over_is_removed_in_steps_and_nothing_else(self, storage: Storage) -> None:
        over, kept = [_a_name() for _ in range(3)], _a_name()
        await _remove_old(storage)
        for each in over:
            await _answered(storage, each, at=LONG_AGO)
        await _answered(storage, kept, at=LONG_AGO + TICK)

        removed = [
            await storage.old_answers.purge(over_before=LONG_AGO + DAY + TICK, limit=limit) for limit in (2, 2, 2)
        ]

        assert removed == [2, 1, 0]
        assert [await _found(storage, each, at=LONG_AGO) for each in (*over, kept)] == [None, None, None, ANSWER]


async def _remove_old(storage: Storage) -> None:
    while await storage.old_answers.purge(over_before=LONG_AGO + 2 * DAY, limit=1000):
        pass


def _a_name() -> AnswerName:
    return AnswerName(uuid4().bytes * 2)


async def _answer(
    tx: Tx, name: AnswerName, answer: SealedAnswer = ANSWER, *, at: datetime = NOON
) -> SealedAnswer | None:
    """Claim the name and keep the answer, or return what is kept already."""
    kept = await tx.answers.claim(name, now=at, until=at + DAY)
    if kept is None:
        await tx.answers.keep(name, answer)
    return kept


async def _answered(
    storage: Storage, name: AnswerName, answer: SealedAnswer = ANSWER, *, at: datetime = NOON
) -> SealedAnswer | None:
    return await in_transaction(storage, lambda tx: _answer(tx, name, answer, at=at))


async def _found(storage: Storage, name: AnswerName, *, at: datetime = NOON) -> SealedAnswer | None:
    return await in_transaction(storage, lambda tx: tx.answers.find(name, now=at))
