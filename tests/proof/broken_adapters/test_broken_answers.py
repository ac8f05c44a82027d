"""The contracts notice stores of first answers, and of the set-up, that do not keep them."""

from datetime import datetime

import pytest

from auth_adapters.memory import MemoryStore, memory_ports
from auth_adapters.memory.idempotency import MemoryAnswers, MemoryOldAnswers
from auth_adapters.memory.store import KeptAnswer
from auth_adapters.memory.users import MemorySetUp
from auth_core.idempotency.model import AnswerName
from auth_core.idempotency.ports import SealedAnswer
from auth_core.testing.contracts.answers import AnswersContract
from auth_core.testing.contracts.set_up import SetUpContract
from auth_core.testing.contracts.storage import Storage
from tests.unit.contracts.broken_storage import Unlocked, gap, storage_in, storage_with
from tests.unit.contracts.mutation import caught_by


class LooksThenClaims(MemoryAnswers):
    async def claim(self, name: AnswerName, *, now: datetime, until: datetime) -> SealedAnswer | None:
        found = await self.find(name, now=now)
        await gap()
        if found is None:
            self.tables.answers[name] = KeptAnswer(sealed=SealedAnswer(b""), until=until)
        return found


@caught_by(
    "test_of_many_who_claim_at_once_one_does_and_all_others_get_its_answer",
    "test_who_claims_a_name_that_is_being_claimed_waits_and_gets_the_answer",
)
class TestLooksThenClaims(AnswersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, answers=LooksThenClaims)


class KeepsForEver(MemoryAnswers):
    async def find(self, name: AnswerName, *, now: datetime) -> SealedAnswer | None:
        kept = self.tables.answers.get(name)
        return None if kept is None else kept.sealed


@caught_by("test_an_answer_is_kept_until_its_moment")
class TestKeepsForEver(AnswersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(answers=KeepsForEver)


class ForgetsNothing(MemoryAnswers):
    async def forget(self, name: AnswerName) -> None:
        pass


@caught_by("test_what_is_forgotten_can_be_claimed_again", "test_who_waited_for_nothing_claims_the_name")
class TestForgetsNothing(AnswersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(answers=ForgetsNothing)


class TakesTheLast(MemoryAnswers):
    async def claim(self, name: AnswerName, *, now: datetime, until: datetime) -> SealedAnswer | None:
        self.tables.answers[name] = KeptAnswer(sealed=SealedAnswer(b""), until=until)
        return None


@caught_by("test_whoever_claims_first_keeps_an_answer_and_whoever_claims_next_gets_it")
class TestTakesTheLast(AnswersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(answers=TakesTheLast)


class RemovesWhatIsJustOver(MemoryOldAnswers):
    async def purge(self, *, over_before: datetime, limit: int) -> int:
        async with self._store.exclusively():
            answers = self._store.committed.answers
            over = [name for name, each in answers.items() if each.until <= over_before]
            for name in over:
                del answers[name]
            return len(over)


@caught_by("test_what_is_over_is_removed_in_steps_and_nothing_else")
class TestRemovesWhatIsJustOver(AnswersContract):
    @pytest.fixture
    def storage(self) -> Storage:
        store = MemoryStore()
        return memory_ports(store=store, old_answers=RemovesWhatIsJustOver(store))


class LooksThenEnds(MemorySetUp):
    async def end(self, *, now: datetime) -> bool:
        if await self.is_over():
            return False
        await gap()
        self._tables.set_up[1] = now
        return True


@caught_by("test_of_many_who_end_it_at_once_one_does_and_it_is_over_for_ever")
class TestLooksThenEnds(SetUpContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, set_up=LooksThenEnds)
