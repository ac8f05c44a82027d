"""The contract of whoever knows leaked passwords, held, and broken on purpose."""

import hashlib

import httpx2
import pytest

from auth_core import Redacted, Unavailable
from auth_core.credentials.passwords.ports import BreachedPasswords
from auth_core.testing import KnownBreaches
from auth_core.testing.contracts.breached_passwords import LEAKED, BreachedPasswordsContract
from tests.unit.contracts.mutation import caught_by
from tests.unit.passwords.ranges import Ranges


class TestHttpBreachedPasswords(BreachedPasswordsContract):
    @pytest.fixture
    def breached(self) -> BreachedPasswords:
        return Ranges(LEAKED).adapter()

    @pytest.fixture
    def silent(self) -> BreachedPasswords:
        ranges = Ranges(LEAKED)
        ranges.instead = httpx2.ConnectError("nobody there")
        return ranges.adapter()


class OverKnownBreaches(BreachedPasswordsContract):
    kind: type[KnownBreaches] = KnownBreaches

    @pytest.fixture
    def breached(self) -> BreachedPasswords:
        return self.kind(*LEAKED)

    @pytest.fixture
    def silent(self) -> BreachedPasswords:
        known = self.kind(*LEAKED)
        known.down = True
        return known


class TestKnownBreaches(OverKnownBreaches):
    pass


class ClearsWhenInDoubt(KnownBreaches):
    async def has(self, password: Redacted[str]) -> bool:
        try:
            return await super().has(password)
        except Unavailable:
            return False


@caught_by("test_who_cannot_tell_does_not_guess")
class TestClearsWhenInDoubt(OverKnownBreaches):
    kind: type[KnownBreaches] = ClearsWhenInDoubt


class ComparesWhatWasTyped(KnownBreaches):
    async def has(self, password: Redacted[str]) -> bool:
        return await super().has(password) and password.reveal() in self._leaked


@caught_by("test_how_a_password_is_composed_does_not_matter")
class TestComparesWhatWasTyped(OverKnownBreaches):
    kind: type[KnownBreaches] = ComparesWhatWasTyped


class FoldsCase(KnownBreaches):
    async def has(self, password: Redacted[str]) -> bool:
        return await super().has(Redacted(password.reveal().lower()))


@caught_by("test_what_has_not_is_not")
class TestFoldsCase(OverKnownBreaches):
    kind: type[KnownBreaches] = FoldsCase


class ComparesTheRangeOnly(KnownBreaches):
    async def has(self, password: Redacted[str]) -> bool:
        await super().has(password)
        return hashlib.sha256(password.reveal().encode()).hexdigest()[:1] in "0123456789abcdef"


@caught_by("test_what_has_not_is_not")
class TestComparesTheRangeOnly(OverKnownBreaches):
    kind: type[KnownBreaches] = ComparesTheRangeOnly


class StopsAtNul(KnownBreaches):
    async def has(self, password: Redacted[str]) -> bool:
        return await super().has(Redacted(password.reveal().partition("\x00")[0]))


@caught_by("test_what_has_leaked_is_known")
class TestStopsAtNul(OverKnownBreaches):
    kind: type[KnownBreaches] = StopsAtNul
