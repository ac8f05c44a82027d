"""A password hasher that can be held up, to let something happen in the meantime."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from auth_core import Origin, Redacted
from auth_core.credentials.passwords.model import PasswordHash, Verification
from auth_core.credentials.passwords.ports import HashingTurn
from auth_core.testing import UnsafeFastHasher


class GatedHasher(UnsafeFastHasher):
    """Between `hold` and `let_go` nothing is verified; `waiting` is set as soon as somebody waits for that."""

    def __init__(self) -> None:
        super().__init__()
        self.open = asyncio.Event()
        self.open.set()
        self.waiting = asyncio.Event()

    def hold(self) -> None:
        self.open.clear()
        self.waiting.clear()

    def let_go(self) -> None:
        self.open.set()

    @asynccontextmanager
    async def turn(self, origin: Origin | None = None) -> AsyncGenerator[HashingTurn]:
        async with super().turn(origin) as turn:
            yield _GatedTurn(self, turn)


class _GatedTurn:
    def __init__(self, hasher: GatedHasher, turn: HashingTurn) -> None:
        self._hasher = hasher
        self._turn = turn

    async def hash(self, password: Redacted[str]) -> PasswordHash:
        return await self._turn.hash(password)

    async def verify(self, password: Redacted[str], stored: PasswordHash | None) -> Verification:
        self._hasher.waiting.set()
        await self._hasher.open.wait()
        return await self._turn.verify(password, stored)
