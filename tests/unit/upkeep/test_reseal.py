"""The master secret is replaced: what it has sealed is sealed anew, in small steps and while others write."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Self

import pytest

from auth_adapters.bcrypt_hasher import BcryptHasher
from auth_adapters.bcrypt_scheme import BcryptScheme
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.memory import FOR_TESTS, MemoryStore, memory_ports
from auth_adapters.memory.passwords import MemoryPasswords
from auth_adapters.memory.store import StoredLetter, Tables
from auth_adapters.memory.unit_of_work import MemoryTx, MemoryUnitOfWork
from auth_adapters.message_vault import SealingMessageVault
from auth_adapters.signing.vault_key_maker import VaultKeyMaker
from auth_adapters.system import SystemEntropy
from auth_core import AuthCore, Redacted, assemble
from auth_core.credentials.passwords.model import PasswordHash, StoredPassword
from auth_core.ids import Ids, UserId
from auth_core.outbox.messages import PasswordChanged
from auth_core.testing import NOON, MovableClock, a_letter, a_user
from auth_core.tokens.keys import Algorithm, KeyMaterial, SigningKey
from auth_core.unit_of_work import UnitOfWork
from auth_core.upkeep.model import Resealed, ResealReport, Seal

PASSWORD = Redacted("correct horse battery staple")
OLD, NEW, LOST = b"o" * 32, b"n" * 32, b"l" * 32


def vault(purpose: Purpose, current: bytes, *previous: bytes) -> KeyVault:
    first, *others = (MasterSecret(Redacted(secret)).derive(purpose) for secret in (current, *previous))
    return KeyVault(first, previous=others, entropy=SystemEntropy())


def scheme(current: bytes, *previous: bytes) -> BcryptScheme:
    return BcryptScheme(cost=4, pepper=vault(Purpose.PASSWORD_PEPPER, current, *previous))


@dataclass(frozen=True, kw_only=True)
class House:
    """A store with things under seal, and a process that has some secrets."""

    store: MemoryStore
    auth: AuthCore
    hasher: BcryptHasher
    key_maker: VaultKeyMaker

    @classmethod
    def with_secrets(cls, store: MemoryStore, current: bytes, *previous: bytes, uow: object = None) -> Self:
        hasher = BcryptHasher(pepper=vault(Purpose.PASSWORD_PEPPER, current, *previous), cost=4)
        key_maker = VaultKeyMaker(vault(Purpose.SIGNING_KEYS, current, *previous), entropy=SystemEntropy())
        messages = SealingMessageVault(vault(Purpose.MESSAGES, current, *previous))
        ports = memory_ports(
            store=store,
            clock=MovableClock(),
            message_vault=messages,
            message_sealer=messages,
            hasher=hasher,
            key_maker=key_maker,
            key_sealer=key_maker,
            password_sealer=hasher,
            uow=uow if isinstance(uow, MemoryUnitOfWork) else None,
        )
        return cls(store=store, auth=assemble(ports, FOR_TESTS), hasher=hasher, key_maker=key_maker)

    async def reseal(self, *, dry_run: bool = False) -> ResealReport:
        return await self.auth.upkeep.reseal(dry_run=dry_run)

    def keep(self, password: PasswordHash) -> UserId:
        user = a_user()
        self.store.committed.users[user.id] = user
        self.store.committed.passwords[user.id] = StoredPassword(user_id=user.id, hash=password, version=7)
        return user.id

    def keep_key(self, material: KeyMaterial) -> None:
        number = len(self.store.committed.signing_keys) + 1
        self.store.committed.signing_keys[number] = SigningKey(
            number=number, material=material, created_at=NOON, signs_from=NOON
        )

    def snapshot(self) -> list[object]:
        tables = self.store.committed
        return [
            *(stored.hash.reveal() for stored in tables.passwords.values()),
            *(key.material.sealed_private_key.reveal() for key in tables.signing_keys.values()),
        ]


OLD_KEYS: list[KeyMaterial] = []


async def an_old_store(passwords: int = 3) -> MemoryStore:
    """Everything there is under the old secret. The keys are the same for all tests: to find an RSA key takes long."""
    old = House.with_secrets(MemoryStore(), OLD)
    if not OLD_KEYS:
        OLD_KEYS.extend([await old.key_maker.make(algorithm) for algorithm in Algorithm])
    for material in OLD_KEYS:
        old.keep_key(material)
    for _ in range(passwords):
        old.keep(scheme(OLD).hash(PASSWORD))
    return old.store


@pytest.mark.covers("PWD-13")
async def test_former_passwords_are_sealed_anew_with_the_rest() -> None:
    store = await an_old_store(passwords=1)
    [(owner, stored)] = store.committed.passwords.items()
    store.committed.former_passwords[owner] = (replace(stored, hash=scheme(OLD).hash(PASSWORD), version=6),)

    looked_at: list[tuple[int, int]] = []
    report = await House.with_secrets(store, NEW, OLD).auth.upkeep.reseal(
        on_progress=lambda seen, total: looked_at.append((seen, total))
    )

    assert report.passwords == Resealed(stale=2)
    assert looked_at == [(1, 1)]
    [former] = store.committed.former_passwords[owner]
    assert scheme(NEW).verify(PASSWORD, former.hash).matches
    assert (await House.with_secrets(store, NEW, OLD).reseal()).passwords == Resealed(current=2)


@pytest.mark.covers("R-C1")
async def test_messages_that_wait_are_sealed_anew_page_by_page() -> None:
    store = MemoryStore()
    old, ids = SealingMessageVault(vault(Purpose.MESSAGES, OLD)), Ids(clock=MovableClock(), entropy=SystemEntropy())
    notice = PasswordChanged(at=NOON, address="192.0.2.1")
    for _ in range(250):
        letter = replace(a_letter(), sealed=old.seal(notice, message_id=ids.message()))
        store.committed.letters[letter.sealed.id] = StoredLetter(letter=letter)

    looked = await House.with_secrets(store, NEW, OLD).reseal(dry_run=True)
    report = await House.with_secrets(store, NEW, OLD).reseal()

    assert looked.messages == report.messages == Resealed(stale=250)
    new = SealingMessageVault(vault(Purpose.MESSAGES, NEW))
    assert {str(new.open(each.letter.sealed)) for each in store.committed.letters.values()} == {str(notice)}
    assert (await House.with_secrets(store, NEW, OLD).reseal()).messages == Resealed(current=250)
    assert (await House.with_secrets(store, LOST).reseal()).unreadable == 250


@pytest.mark.covers("PWD-13", "R-C1")
async def test_everything_under_the_previous_secret_is_sealed_under_the_current_one() -> None:
    store = await an_old_store()

    report = await House.with_secrets(store, NEW, OLD).reseal()

    assert report == ResealReport(signing_keys=Resealed(stale=4), passwords=Resealed(stale=3))
    only_new = House.with_secrets(store, NEW)
    for stored in store.committed.passwords.values():
        assert scheme(NEW).verify(PASSWORD, stored.hash).matches
        assert not scheme(NEW).verify(PASSWORD, stored.hash).stale
        assert stored.version == 7
    for key in store.committed.signing_keys.values():
        public_half = only_new.key_maker.public_half(key.material)
        assert public_half == (key.material.public_jwk if key.material.algorithm.has_public_half else None)
        assert only_new.key_maker.reseal(key.material) is Seal.CURRENT


async def test_a_second_time_there_is_nothing_to_do() -> None:
    store = await an_old_store()
    both = House.with_secrets(store, NEW, OLD)
    await both.reseal()
    before = both.snapshot()

    report = await both.reseal()

    assert report == ResealReport(signing_keys=Resealed(current=4), passwords=Resealed(current=3))
    assert both.snapshot() == before


async def test_a_dry_run_tells_and_changes_nothing() -> None:
    both = House.with_secrets(await an_old_store(), NEW, OLD)
    before = both.snapshot()

    report = await both.reseal(dry_run=True)

    assert (report.signing_keys.stale, report.passwords.stale, report.stale) == (4, 3, 7)
    assert both.snapshot() == before


async def test_what_is_under_neither_secret_is_told_and_left_as_it_is() -> None:
    both = House.with_secrets(await an_old_store(), NEW, OLD)
    lost = [both.keep(scheme(LOST).hash(PASSWORD)), both.keep(PasswordHash(Redacted("$sealed-bcrypt$AAAA")))]
    before = [both.store.committed.passwords[user_id] for user_id in lost]

    report = await both.reseal()

    assert report.passwords == Resealed(stale=3, unreadable=2)
    assert report.unreadable == 2
    assert [both.store.committed.passwords[user_id] for user_id in lost] == before


async def test_keys_under_neither_secret_are_told_too() -> None:
    report = await House.with_secrets(await an_old_store(), NEW, LOST).reseal()

    assert report == ResealReport(signing_keys=Resealed(unreadable=4), passwords=Resealed(unreadable=3))


async def test_a_plain_hash_from_elsewhere_needs_no_secret() -> None:
    both = House.with_secrets(MemoryStore(), NEW, OLD)
    both.keep(PasswordHash(Redacted("$2b$04$" + "." * 53)))
    before = both.snapshot()

    report = await both.reseal()

    assert report.passwords == Resealed(current=1)
    assert both.snapshot() == before


@pytest.mark.parametrize("passwords", [0, 199, 200, 201, 400, 450])
async def test_however_many_there_are_each_is_seen_once_and_progress_is_told(passwords: int) -> None:
    both = House.with_secrets(await an_old_store(0), NEW, OLD)
    sealed = scheme(OLD).hash(PASSWORD)
    for _ in range(passwords):
        both.keep(sealed)
    told: list[tuple[int, int]] = []

    report = await both.auth.upkeep.reseal(on_progress=lambda done, total: told.append((done, total)))

    assert report.passwords == Resealed(stale=passwords)
    assert told[-1] == (passwords, passwords)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


class CutShort(MemoryUnitOfWork):
    """Breaks down after so many transactions."""

    def __init__(self, store: MemoryStore, *, after: int) -> None:
        super().__init__(store)
        self.left = after

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[MemoryTx]:
        if not self.left:
            raise ConnectionResetError
        self.left -= 1
        async with super().__call__() as tx:
            yield tx


async def test_cut_short_it_goes_on_where_it_was() -> None:
    store = await an_old_store(0)
    sealed = scheme(OLD).hash(PASSWORD)
    for _ in range(450):
        House.with_secrets(store, NEW).keep(sealed)
    with pytest.raises(ConnectionResetError):
        await House.with_secrets(store, NEW, OLD, uow=CutShort(store, after=5)).reseal()

    report = await House.with_secrets(store, NEW, OLD).reseal()

    assert report == ResealReport(signing_keys=Resealed(current=4), passwords=Resealed(current=400, stale=50))


class Overtaken(MemoryPasswords):
    """Somebody changes the password between the look and the write, as often as they are told to."""

    def __init__(self, tables: Tables, changes: list[PasswordHash | None]) -> None:
        super().__init__(tables)
        self._changes = changes

    async def reseal(self, user_id: UserId, new: PasswordHash, *, old: PasswordHash) -> bool:
        if self._changes:
            change = self._changes.pop(0)
            if change is None:
                del self._tables.passwords[user_id]
            else:
                self._tables.passwords[user_id] = StoredPassword(user_id=user_id, hash=change, version=8)
        return await super().reseal(user_id, new, old=old)


class OvertakenUnitOfWork(MemoryUnitOfWork):
    def __init__(self, store: MemoryStore, *changes: PasswordHash | None) -> None:
        super().__init__(store)
        self._changes = list(changes)

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[MemoryTx]:
        async with self._store.exclusively():
            tables = self._store.committed.copy()
            sound = MemoryTx.over(tables)
            yield MemoryTx(
                **{name: getattr(sound, name) for name in MemoryTx.__slots__ if name != "passwords"},
                passwords=Overtaken(tables, self._changes),
            )
            self._store.committed = tables


@pytest.mark.parametrize("by", [OLD, NEW], ids=["by a process with the old secret", "by one with the new"])
async def test_a_password_that_is_changed_meanwhile_stays_changed(by: bytes) -> None:
    store = await an_old_store(1)
    changed = scheme(by).hash(Redacted("another password entirely"))
    uow: UnitOfWork[MemoryTx] = OvertakenUnitOfWork(store, changed)

    report = await House.with_secrets(store, NEW, OLD, uow=uow).reseal()

    [stored] = store.committed.passwords.values()
    assert report.passwords.seen == 1
    assert stored.version == 8
    assert scheme(NEW).verify(Redacted("another password entirely"), stored.hash).matches
    assert not scheme(NEW).verify(PASSWORD, stored.hash).matches


async def test_a_user_who_goes_meanwhile_needs_nothing() -> None:
    store = await an_old_store(1)

    report = await House.with_secrets(store, NEW, OLD, uow=OvertakenUnitOfWork(store, None)).reseal()

    assert report.passwords == Resealed(current=1)
    assert store.committed.passwords == {}
