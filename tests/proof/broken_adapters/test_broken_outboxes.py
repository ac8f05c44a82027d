"""The contract notices outboxes that lose, repeat or mix up what people are told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import override

import pytest

from auth_adapters.memory import MemoryStore, memory_ports
from auth_adapters.memory.outbox import MemoryOldMessages, MemoryOutbox, MemoryOutboxQueue
from auth_adapters.memory.store import StoredLetter
from auth_core.ids import ClaimId, MessageId
from auth_core.outbox.model import Filed, Letter, State
from auth_core.redacted import Redacted
from auth_core.testing.contracts.outbox import OutboxContract
from auth_core.testing.contracts.storage import Storage
from tests.unit.contracts.broken_storage import gap, storage_with
from tests.unit.contracts.mutation import caught_by


def with_queue(kind: type[MemoryOutboxQueue]) -> Storage:
    store = MemoryStore()
    return memory_ports(store=store, outbox_queue=kind(store))


class LooksThenClaims(MemoryOutboxQueue):
    @override
    async def claim(self, claim: ClaimId, *, limit: int, now: datetime, until: datetime) -> Sequence[Letter]:
        letters = self._store.committed.letters
        due = [each for each in letters.values() if each.state is State.WAITING and each.letter.due_at <= now][:limit]
        await gap()
        taken: list[Letter] = []
        for each in due:
            letter = replace(each.letter, due_at=until, attempts=each.letter.attempts + 1)
            letters[letter.sealed.id] = replace(each, letter=letter, claim=claim)
            taken.append(letter)
        return taken


@caught_by("test_of_many_who_claim_at_once_each_letter_goes_to_one")
class TestLooksThenClaims(OutboxContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_queue(LooksThenClaims)


class AsksNobodyWhoHoldsIt(MemoryOutboxQueue):
    @override
    def _held(self, message_id: MessageId, claim: ClaimId) -> StoredLetter | None:
        stored = self._store.committed.letters.get(message_id)
        return stored if stored is not None and stored.state is State.WAITING else None


@caught_by(
    "test_whose_claim_has_run_out_settles_nothing_over_the_next",
    "test_a_claim_that_was_given_back_settles_nothing",
    "test_a_claim_settles_only_what_it_was_made_for",
)
class TestAsksNobodyWhoHoldsIt(OutboxContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_queue(AsksNobodyWhoHoldsIt)


class AsksNotWhetherItWaits(MemoryOutboxQueue):
    @override
    def _held(self, message_id: MessageId, claim: ClaimId) -> StoredLetter | None:
        return self._store.committed.letters.get(message_id)


@caught_by(
    "test_what_has_ended_is_never_claimed_again",
    "test_what_was_dropped_while_it_was_sent_stays_dropped",
)
class TestAsksNotWhetherItWaits(OutboxContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_queue(AsksNotWhetherItWaits)


class ClaimsForEver(MemoryOutboxQueue):
    @override
    async def claim(self, claim: ClaimId, *, limit: int, now: datetime, until: datetime) -> Sequence[Letter]:
        return await super().claim(claim, limit=limit, now=now, until=datetime.max.replace(tzinfo=now.tzinfo))


@caught_by("test_a_claim_holds_until_it_runs_out_and_then_another_has_it")
class TestClaimsForEver(OutboxContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_queue(ClaimsForEver)


class KeepsWhatWasSent(MemoryOutboxQueue):
    @override
    async def end(
        self, message_id: MessageId, claim: ClaimId, state: State, *, now: datetime, reason: str | None = None
    ) -> bool:
        stored = self._held(message_id, claim)
        if stored is None:
            return False
        self._store.committed.letters[message_id] = replace(stored, state=state, over_at=now, reason=reason)
        return True


@caught_by("test_only_what_waits_or_is_dead_still_holds_what_it_says")
class TestKeepsWhatWasSent(OutboxContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return with_queue(KeepsWhatWasSent)


class SendsAtOnce(MemoryOutbox):
    """Writes outside the transaction, as who sends before the commit does."""

    @override
    async def add(self, letter: Letter) -> None:
        await super().add(letter)
        self.store.committed.letters[letter.sealed.id] = StoredLetter(letter=letter)

    store: MemoryStore


@caught_by("test_what_is_rolled_back_is_never_sent")
class TestSendsAtOnce(OutboxContract):
    @pytest.fixture
    def storage(self) -> Storage:
        from tests.unit.contracts.broken_storage import BrokenUnitOfWork

        store = MemoryStore()

        def outbox(tables: object) -> SendsAtOnce:
            made = SendsAtOnce(tables)  # type: ignore[arg-type]  # they are tables
            made.store = store
            return made

        return memory_ports(store=store, uow=BrokenUnitOfWork(store, outbox=outbox))


class RevivesAnything(MemoryOutbox):
    @override
    async def revive(self, message_id: MessageId, *, now: datetime) -> Filed | None:
        stored = self._tables.letters.get(message_id)
        if stored is None:
            return None
        letter = replace(stored.letter, due_at=now, attempts=0)
        return self._keep(replace(stored, letter=letter, state=State.WAITING, over_at=None, reason=None))


@caught_by("test_what_was_given_up_can_be_tried_again_from_the_start")
class TestRevivesAnything(OutboxContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(outbox=RevivesAnything)


class ResealsBlindly(MemoryOutbox):
    @override
    async def reseal(self, message_id: MessageId, new: Redacted[bytes], *, old: Redacted[bytes]) -> bool:
        stored = self._tables.letters[message_id]
        sealed = replace(stored.letter.sealed, payload=new)
        self._keep(replace(stored, letter=replace(stored.letter, sealed=sealed)))
        return True


@caught_by("test_what_is_held_is_sealed_anew_only_if_it_is_what_was_seen")
class TestResealsBlindly(OutboxContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(outbox=ResealsBlindly)


class PurgesWhatWaits(MemoryOldMessages):
    @override
    async def purge(self, *, over_before: datetime, limit: int) -> int:
        letters = self._store.committed.letters
        over = [key for key, each in letters.items() if (each.over_at or each.letter.created_at) < over_before][:limit]
        for key in over:
            del letters[key]
        return len(over)


@caught_by("test_only_what_is_long_over_is_removed_and_a_little_at_a_time")
class TestPurgesWhatWaits(OutboxContract):
    @pytest.fixture
    def storage(self) -> Storage:
        store = MemoryStore()
        return memory_ports(store=store, old_messages=PurgesWhatWaits(store))


class ForgetsWhatWaits(MemoryOutbox):
    @override
    async def forget(self, address: str) -> int:
        kept = {key: each for key, each in self._tables.letters.items() if each.state is not State.WAITING}
        forgotten = await super().forget(address)
        self._tables.letters.update(kept)
        return forgotten


@caught_by("test_all_that_was_posted_to_an_address_is_forgotten")
class TestForgetsWhatWaits(OutboxContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(outbox=ForgetsWhatWaits)
