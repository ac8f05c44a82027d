"""Password hashes come in from other systems, and go out to them."""

import asyncio
from collections.abc import Callable

from auth_adapters.bcrypt_hasher import DEFAULT_COST, expected_duration
from auth_adapters.bcrypt_scheme import BcryptScheme, UnreadableHash
from auth_adapters.foreign_hashes import systems
from auth_adapters.foreign_hashes.digests import Digest
from auth_adapters.hashing_pool import HashingPolicy, HashingPool
from auth_adapters.key_vault import KeyVault
from auth_core.credentials.passwords.model import CarriedHash, PasswordHash
from auth_core.redacted import Redacted


class BcryptTransfer:
    """Seals what it takes in as `BcryptHasher` does, which then verifies it; opens what it gives away.

    Quick digests are wrapped in bcrypt on the threads of the pool, one a thread at a time: whoever signs in meanwhile
    waits for no more than those.
    """

    def __init__(self, *, pepper: KeyVault, cost: int = DEFAULT_COST, pool: HashingPool | None = None) -> None:
        """Take what the hasher was given. Raises: ValueError for an absurd cost."""
        self._scheme = BcryptScheme(cost=cost, pepper=pepper)
        self._pool = pool or HashingPool(HashingPolicy(), first_guess=expected_duration(cost))
        self._lanes = asyncio.Semaphore(self._pool.threads)

    def look_at(self, written: Redacted[str]) -> CarriedHash:
        hashed = systems.read(written.reveal())
        return CarriedHash(scheme=hashed.scheme, costs_a_hash=isinstance(hashed, Digest))

    async def take_in(self, written: Redacted[str]) -> PasswordHash:
        hashed = systems.read(written.reveal())
        if isinstance(hashed, Digest):
            return await self._on_a_thread(lambda: self._scheme.wrap(hashed))
        return self._scheme.seal(hashed)

    def give_away(self, stored: PasswordHash) -> Redacted[str] | None:
        try:
            return self._scheme.unsealed(stored)
        except UnreadableHash:
            return None

    async def _on_a_thread(self, work: Callable[[], PasswordHash]) -> PasswordHash:
        async with self._lanes:
            return await asyncio.wrap_future(self._pool.submit(work))
