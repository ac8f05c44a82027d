"""Whether this process can serve at this moment."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from auth_core import NoSigningKey
from auth_core.clock import Clock
from auth_core.tokens.key_ring import KeyRing
from auth_http.storage import Storage

_PATIENCE: Final = timedelta(seconds=2)


class Readiness:
    """Knows whether requests should be sent here: asked by load balancers, many times a minute."""

    def __init__(self, *, storage: Storage, key_ring: KeyRing, clock: Clock, patience: timedelta = _PATIENCE) -> None:
        self._storage = storage
        self._key_ring = key_ring
        self._clock = clock
        self._patience = patience
        self._draining = False

    @property
    def is_draining(self) -> bool:
        """Whether the process is about to stop, and only serves until everybody has noticed."""
        return self._draining

    def drain(self) -> None:
        """Be ready no more."""
        self._draining = True

    async def check(self) -> Mapping[str, str | None]:
        """Return every check by name, with None when it is fine and the reason when it is not. Raises nothing."""
        return {**await self._storage_checks(), "keys": self._keys(), "serving": self._serving()}

    async def _storage_checks(self) -> Mapping[str, str | None]:
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                return await self._storage.check()
        except TimeoutError:
            return {"database": "does not answer in time"}

    def _keys(self) -> str | None:
        try:
            self._key_ring.signing_key(self._clock.now())
        except NoSigningKey:
            return "no key signs"
        return None

    def _serving(self) -> str | None:
        return "stopping" if self._draining else None
