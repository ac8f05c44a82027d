"""Passwords hashed with bcrypt, in a pool of threads."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from auth_adapters.bcrypt_scheme import BcryptScheme, UnreadableHash
from auth_adapters.hashing_pool import HashingPolicy, HashingPool, Place
from auth_adapters.key_vault import KeyVault
from auth_adapters.sources import source_of
from auth_core.credentials.passwords.model import PasswordHash, Verification
from auth_core.credentials.passwords.ports import HashingTurn
from auth_core.origin import Origin
from auth_core.redacted import Redacted
from auth_core.upkeep.model import Seal

DEFAULT_COST: Final = 12
_ONE_ROUND: Final = timedelta(microseconds=60)
"""What one of the 2 ** cost rounds takes, roughly, on a core of today; the pool soon knows better."""


class BcryptHasher:
    """Hashes and verifies off the event loop; whoever cannot be served in time is refused.

    It seals hashes anew too (`Sealer`), which takes microseconds and no turn.
    """

    def __init__(self, *, pepper: KeyVault, cost: int = DEFAULT_COST, pool: HashingPool | None = None) -> None:
        """Make the hasher, with a pool of its own unless it is given one. Raises: ValueError for an absurd cost."""
        self._scheme = BcryptScheme(cost=cost, pepper=pepper)
        self._pool = pool or HashingPool(HashingPolicy(), first_guess=expected_duration(cost))

    @asynccontextmanager
    async def turn(self, origin: Origin | None = None) -> AsyncGenerator[HashingTurn]:
        async with self._pool.place(source_of(origin.address) if origin else None) as place:
            yield _Turn(place, self._scheme)

    def reseal(self, sealed: PasswordHash) -> PasswordHash | Seal:
        try:
            return self._scheme.reseal(sealed) or Seal.CURRENT
        except UnreadableHash:
            return Seal.UNREADABLE

    def close(self) -> None:
        """Take no more turns; those that hold one are finished."""
        self._pool.close()


def expected_duration(cost: int) -> timedelta:
    """Return roughly how long one hash of this cost takes."""
    return _ONE_ROUND * (1 << cost)


class _Turn:
    def __init__(self, place: Place, scheme: BcryptScheme) -> None:
        self._place = place
        self._scheme = scheme

    async def hash(self, password: Redacted[str]) -> PasswordHash:
        return await self._place.run(lambda: self._scheme.hash(password))

    async def verify(self, password: Redacted[str], stored: PasswordHash | None) -> Verification:
        return await self._place.run(lambda: self._scheme.verify(password, stored))
