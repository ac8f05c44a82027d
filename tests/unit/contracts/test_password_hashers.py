"""The password hashers keep the contract, and the contract notices those that do not."""

import asyncio
import unicodedata
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import bcrypt
import pytest

from auth_adapters.bcrypt_hasher import BcryptHasher
from auth_adapters.hashing_pool import HashingPolicy, HashingPool
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.system import SystemEntropy
from auth_core.credentials.passwords.checker import is_hashable, normalized
from auth_core.credentials.passwords.errors import Busy
from auth_core.credentials.passwords.model import PasswordHash, Verification
from auth_core.credentials.passwords.ports import HashingTurn, PasswordHasher
from auth_core.origin import Origin
from auth_core.redacted import Redacted
from auth_core.testing.contracts.password_hasher import PasswordHasherContract
from auth_core.testing.doubles.unsafe_fast_hasher import UnsafeFastHasher
from tests.unit.contracts.mutation import caught_by

COST = 4


@pytest.mark.covers(
    "PWD-01", "PWD-02", "PWD-03", "PWD-04", "PWD-06", "PWD-07", "PWD-08", "PWD-09", "PWD-11", "R-P2", "R-P3", "R-P4"
)
class TestBcryptHasher(PasswordHasherContract):
    @pytest.fixture
    def hasher(self) -> Iterator[PasswordHasher]:
        pepper = KeyVault(MasterSecret(Redacted(b"m" * 32)).derive(Purpose.PASSWORD_PEPPER), entropy=SystemEntropy())
        pool = HashingPool(HashingPolicy(threads=2), first_guess=timedelta(milliseconds=2))
        hasher = BcryptHasher(cost=COST, pepper=pepper, pool=pool)
        yield hasher
        hasher.close()


class TestUnsafeFastHasher(PasswordHasherContract):
    @pytest.fixture
    def hasher(self) -> PasswordHasher:
        return UnsafeFastHasher()


# ---- Broken on purpose


class PlainBcrypt:
    """bcrypt as tutorials use it; each mutant repairs all but one of its faults."""

    def _key(self, password: str) -> bytes:
        return unicodedata.normalize("NFC", password).encode()[:72]

    @asynccontextmanager
    async def turn(self, origin: Origin | None = None) -> AsyncGenerator[HashingTurn]:
        yield self

    async def hash(self, password: Redacted[str]) -> PasswordHash:
        hashed = bcrypt.hashpw(self._key(password.reveal()), bcrypt.gensalt(COST))
        return PasswordHash(Redacted(hashed.decode("ascii")))

    async def verify(self, password: Redacted[str], stored: PasswordHash | None) -> Verification:
        if stored is None or not is_hashable(password):
            return Verification(matches=False)
        try:
            matches = bcrypt.checkpw(self._key(password.reveal()), stored.reveal().encode())
        except ValueError:
            return Verification(matches=False, unreadable=True)
        return Verification(matches=matches)


class RaisingOnBrokenHashes(PlainBcrypt):
    async def verify(self, password: Redacted[str], stored: PasswordHash | None) -> Verification:
        known = stored.reveal() if stored else "$2b$04$" + "." * 53
        return Verification(matches=bcrypt.checkpw(self._key(password.reveal()), known.encode()))


class StrippingSpaces(PlainBcrypt):
    def _key(self, password: str) -> bytes:
        return super()._key(password.strip())


class ComparingCompatibly(PlainBcrypt):
    def _key(self, password: str) -> bytes:
        return unicodedata.normalize("NFKC", password).encode()[:72]


class Unsalted(PlainBcrypt):
    async def hash(self, password: Redacted[str]) -> PasswordHash:
        hashed = bcrypt.hashpw(self._key(password.reveal()), b"$2b$04$" + b"." * 22)
        return PasswordHash(Redacted(hashed.decode("ascii")))


class AcceptingAnythingForNobody(PlainBcrypt):
    async def verify(self, password: Redacted[str], stored: PasswordHash | None) -> Verification:
        return await super().verify(password, stored or await self.hash(Redacted("None")))


class KeepingThePassword(UnsafeFastHasher):
    def hash_now(self, password: Redacted[str]) -> PasswordHash:
        return PasswordHash(Redacted(f"{super().hash_now(password).reveal()}${normalized(password).reveal()}"))


class LosingTurns:
    """Counts its turns in, and out again only when nothing went wrong."""

    def __init__(self) -> None:
        self._inner = UnsafeFastHasher()
        self._turns = 0

    @asynccontextmanager
    async def turn(self, origin: Origin | None = None) -> AsyncGenerator[HashingTurn]:
        if self._turns >= 4:
            raise Busy(Busy.SHORTLY)
        self._turns += 1
        async with self._inner.turn(origin) as turn:
            yield turn
        self._turns -= 1


class LosingTurnsWhenCancelled(LosingTurns):
    @asynccontextmanager
    async def turn(self, origin: Origin | None = None) -> AsyncGenerator[HashingTurn]:
        try:
            async with super().turn(origin) as turn:
                await asyncio.sleep(0)
                yield turn
        except LookupError:
            self._turns -= 1
            raise


@caught_by(
    "test_every_byte_of_a_long_password_counts",
    "test_every_character_beyond_ascii_counts",
    "test_nul_is_a_character_like_any_other",
)
class TestTruncatingIsCaught(PasswordHasherContract):
    @pytest.fixture
    def hasher(self) -> PasswordHasher:
        return PlainBcrypt()


@caught_by(
    "test_a_broken_hash_is_no_match_and_is_told", "test_any_text_may_be_tried_as_a_password", raises=(ValueError,)
)
class TestRaisingOnBrokenHashesIsCaught(PasswordHasherContract):
    @pytest.fixture
    def hasher(self) -> PasswordHasher:
        return RaisingOnBrokenHashes()


@caught_by("test_another_password_does_not_match")
class TestStrippingSpacesIsCaught(PasswordHasherContract):
    @pytest.fixture
    def hasher(self) -> PasswordHasher:
        return StrippingSpaces()


@caught_by("test_composition_does_not_matter_but_compatibility_does")
class TestComparingCompatiblyIsCaught(PasswordHasherContract):
    @pytest.fixture
    def hasher(self) -> PasswordHasher:
        return ComparingCompatibly()


@caught_by("test_no_two_hashes_are_equal")
class TestMissingSaltIsCaught(PasswordHasherContract):
    @pytest.fixture
    def hasher(self) -> PasswordHasher:
        return Unsalted()


@caught_by("test_nothing_matches_where_nothing_is_stored")
class TestAGuessableDecoyIsCaught(PasswordHasherContract):
    @pytest.fixture
    def hasher(self) -> PasswordHasher:
        return AcceptingAnythingForNobody()


@caught_by("test_the_hash_does_not_contain_the_password")
class TestKeepingThePasswordIsCaught(PasswordHasherContract):
    @pytest.fixture
    def hasher(self) -> PasswordHasher:
        return KeepingThePassword()


@caught_by("test_an_error_inside_a_turn_gives_it_back", raises=(Busy,))
class TestLosingTurnsOnErrorsIsCaught(PasswordHasherContract):
    @pytest.fixture
    def hasher(self) -> PasswordHasher:
        return LosingTurns()


@caught_by("test_whoever_is_cancelled_leaves_the_line", raises=(Busy,))
class TestLosingTurnsOnCancellationIsCaught(PasswordHasherContract):
    @pytest.fixture
    def hasher(self) -> PasswordHasher:
        return LosingTurnsWhenCancelled()
