"""The contracts notice stores of signing keys, and audit trails, that do not keep them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from auth_adapters.memory import MemoryStore
from auth_adapters.memory.audit import MemoryAuditTrail
from auth_adapters.memory.tokens import MemorySigningKeys
from auth_core import Conflict
from auth_core.audit.events import AuditEvent
from auth_core.ids import UserId
from auth_core.redacted import Redacted
from auth_core.testing import a_signing_key
from auth_core.testing.contracts.audit_trail import AuditTrailContract
from auth_core.testing.contracts.signing_keys import SigningKeysContract
from auth_core.testing.contracts.storage import Storage
from auth_core.tokens.keys import KeyId, SigningKey
from tests.unit.contracts.broken_storage import BrokenUnitOfWork, Unlocked, gap, storage_in, storage_with
from tests.unit.contracts.mutation import caught_by

# ---- Signing keys


class ChecksThenAdds(MemorySigningKeys):
    async def add(self, key: SigningKey) -> bool:
        if key.number in self._tables.signing_keys:
            return False
        await gap()
        self._tables.signing_keys[key.number] = key
        return True


@caught_by(
    "test_of_many_who_add_a_number_at_once_one_does",
    "test_a_number_is_free_once_whoever_wanted_it_first_has_rolled_back",
)
class TestChecksThenAdds(SigningKeysContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, signing_keys=ChecksThenAdds)


class Overwrites(MemorySigningKeys):
    async def add(self, key: SigningKey) -> bool:
        is_new = key.number not in self._tables.signing_keys
        self._tables.signing_keys[key.number] = key
        return is_new


@caught_by("test_a_number_is_given_once")
class TestOverwrites(SigningKeysContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(signing_keys=Overwrites)


class Taken(Conflict):
    code = "taken"
    detail = "Taken."


class RaisesInside(MemorySigningKeys):
    async def add(self, key: SigningKey) -> bool:
        if not await super().add(key):
            raise Taken
        return True


@caught_by("test_a_number_is_given_once", "test_the_transaction_goes_on_after_a_number_was_taken", raises=(Taken,))
class TestRaisesInside(SigningKeysContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(signing_keys=RaisesInside)


class ListsTheNewestFirst(MemorySigningKeys):
    async def list_all(self) -> Sequence[SigningKey]:
        return list(reversed(await super().list_all()))


@caught_by("test_keys_are_listed_by_number")
class TestListsTheNewestFirst(SigningKeysContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(signing_keys=ListsTheNewestFirst)


class RevokesTheNewest(MemorySigningKeys):
    async def revoke(self, kid: KeyId, *, now: datetime) -> bool:
        newest = list(self._tables.signing_keys.values())[-1]
        return await super().revoke(newest.kid, now=now)


@caught_by("test_a_key_is_revoked_and_its_neighbours_are_not", "test_a_key_that_is_not_there_is_not_revoked")
class TestRevokesTheNewest(SigningKeysContract):
    @pytest.fixture
    async def storage(self) -> Storage:
        storage = storage_with(signing_keys=RevokesTheNewest)
        async with storage.uow() as tx:
            await tx.signing_keys.add(a_signing_key(1))
        return storage


class RevokesByForgetting(MemorySigningKeys):
    async def revoke(self, kid: KeyId, *, now: datetime) -> bool:
        numbers = [number for number, key in self._tables.signing_keys.items() if key.kid == kid]
        for number in numbers:
            del self._tables.signing_keys[number]
        return bool(numbers)


@caught_by("test_a_key_is_revoked_and_its_neighbours_are_not", "test_a_revoked_key_stays_as_it_was_otherwise")
class TestRevokesByForgetting(SigningKeysContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(signing_keys=RevokesByForgetting)


class RevokesAgain(MemorySigningKeys):
    async def revoke(self, kid: KeyId, *, now: datetime) -> bool:
        for number, key in self._tables.signing_keys.items():
            if key.kid == kid:
                self._tables.signing_keys[number] = replace(key, revoked_at=now)
                return True
        return False


@caught_by("test_a_key_is_revoked_once_and_for_ever", "test_of_many_who_revoke_a_key_at_once_one_does")
class TestRevokesAgain(SigningKeysContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(signing_keys=RevokesAgain)


class ChecksThenRevokes(MemorySigningKeys):
    async def revoke(self, kid: KeyId, *, now: datetime) -> bool:
        if not any(key.kid == kid and key.revoked_at is None for key in self._tables.signing_keys.values()):
            return False
        await gap()
        await super().revoke(kid, now=now)
        return True


@caught_by("test_of_many_who_revoke_a_key_at_once_one_does")
class TestChecksThenRevokes(SigningKeysContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, signing_keys=ChecksThenRevokes)


class ResealsWhateverIsThere(MemorySigningKeys):
    async def reseal(self, kid: KeyId, new: Redacted[bytes], *, old: Redacted[bytes]) -> bool:
        newest = list(self._tables.signing_keys.values())[-1]
        return await super().reseal(kid, new, old=newest.material.sealed_private_key)


@caught_by("test_what_was_sealed_anew_meanwhile_is_left_alone")
class TestResealsWhateverIsThere(SigningKeysContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(signing_keys=ResealsWhateverIsThere)


class ResealsEverything(MemorySigningKeys):
    async def reseal(self, kid: KeyId, new: Redacted[bytes], *, old: Redacted[bytes]) -> bool:
        for number, key in self._tables.signing_keys.items():
            self._tables.signing_keys[number] = replace(key, material=replace(key.material, sealed_private_key=new))
        return True


@caught_by("test_a_private_half_is_sealed_anew_and_nothing_else_changes")
class TestResealsEverything(SigningKeysContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(signing_keys=ResealsEverything)


class ForgetsTooMuch(MemorySigningKeys):
    async def remove(self, number: int) -> None:
        for each in [each for each in self._tables.signing_keys if each >= number]:
            del self._tables.signing_keys[each]


@caught_by("test_a_key_is_forgotten")
class TestForgetsTooMuch(SigningKeysContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(signing_keys=ForgetsTooMuch)


class WantsTheKeyToBeThere(MemorySigningKeys):
    async def remove(self, number: int) -> None:
        del self._tables.signing_keys[number]


@caught_by("test_forgetting_what_is_not_there_does_nothing", raises=(KeyError,))
class TestWantsTheKeyToBeThere(SigningKeysContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(signing_keys=WantsTheKeyToBeThere)


# ---- Audit trail


@caught_by("test_an_event_is_kept_exactly_when_its_transaction_is")
class TestRecordsOutsideTheTransaction(AuditTrailContract):
    @pytest.fixture
    def storage(self) -> Storage:
        store = MemoryStore()
        trail = MemoryAuditTrail(store.committed)
        return storage_in(BrokenUnitOfWork, store, audit=lambda _: trail)


class DropsDetails(MemoryAuditTrail):
    async def record(self, event: AuditEvent) -> None:
        await super().record(replace(event, details={}))


@caught_by("test_an_event_comes_back_as_it_was_recorded", "test_details_keep_their_kind")
class TestDropsDetails(AuditTrailContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(audit=DropsDetails)


class KeepsNumbersAsText(MemoryAuditTrail):
    async def record(self, event: AuditEvent) -> None:
        await super().record(replace(event, details={name: str(value) for name, value in event.details.items()}))


@caught_by("test_details_keep_their_kind")
class TestKeepsNumbersAsText(AuditTrailContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(audit=KeepsNumbersAsText)


class TellsTheOldestFirst(MemoryAuditTrail):
    async def latest(self, *, subject: UserId, limit: int) -> Sequence[AuditEvent]:
        return list(reversed(await super().latest(subject=subject, limit=1000)))[:limit]


@caught_by("test_the_newest_events_come_first")
class TestTellsTheOldestFirst(AuditTrailContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(audit=TellsTheOldestFirst)


class TellsWhatSomebodyDid(MemoryAuditTrail):
    async def latest(self, *, subject: UserId, limit: int) -> Sequence[AuditEvent]:
        return [event for event in self._tables.events.values() if subject in (event.subject, event.actor)]


@caught_by("test_everybody_has_their_own_events")
class TestTellsWhatSomebodyDid(AuditTrailContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(audit=TellsWhatSomebodyDid)
