"""The calls of the storage that a service makes all the time, made by a few clients without pause."""

import asyncio
import random
import time
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from typing import Final, override
from uuid import UUID

from auth_adapters.postgres import Database, postgres_ports
from auth_adapters.system import SystemClock
from auth_core.ids import SessionId, UserId
from auth_core.users.email_address import EmailAddress

_WEEK: Final = timedelta(days=7)


class Calls(ABC):
    """One call, made by `clients` at a time. There are `size` rows to ask for, numbered from 1."""

    def __init__(self, database: Database, size: int, *, clients: int) -> None:
        self._storage = postgres_ports(database, clock=SystemClock())
        self._size = size
        self._clients = clients
        self._dice = random.Random(7)

    async def for_seconds(self, seconds: float) -> tuple[int, float]:
        """Return how many calls were made, and in what time."""
        began = time.perf_counter()
        numbers = await asyncio.gather(*(self._one(place, began + seconds) for place in range(self._clients)))
        return sum(numbers), time.perf_counter() - began

    async def rate(self, seconds: float) -> float:
        """Return how many calls were made a second."""
        number, taken = await self.for_seconds(seconds)
        return number / taken

    async def _one(self, place: int, until: float) -> int:
        number = 0
        while time.perf_counter() < until:
            await self._call(place)
            number += 1
        return number

    @abstractmethod
    async def _call(self, place: int) -> None: ...


class Rotating(Calls):
    """Moves chains on, each from the link it has reached. Those with odd numbers are left to somebody else."""

    def __init__(self, database: Database, size: int, *, clients: int) -> None:
        super().__init__(database, size, clients=clients)
        self._reached: dict[int, int] = {}

    @override
    async def _call(self, place: int) -> None:
        session = 2 * self._dice.randrange(1 + place, self._size // 2 + 1, self._clients)  # of one's own
        reached = self._reached.get(session, 0)
        advanced = await self._storage.refresh_chains.advance(
            SessionId(_id(session)), reached, now=datetime.now(UTC), idle=_WEEK
        )
        assert advanced is not None
        self._reached[session] = reached + 1


class ReadingOneself(Calls):
    """Reads a person with their rights."""

    @override
    async def _call(self, place: int) -> None:
        assert await self._storage.profiles.find(UserId(_id(self._dice.randint(1, self._size)))) is not None


class BeforeLogIn(Calls):
    """Reads the account of an address."""

    @override
    async def _call(self, place: int) -> None:
        email = EmailAddress.parse(f"{self._dice.randint(1, self._size)}@example.org")
        assert await self._storage.candidates.find(email.canonical) is not None


def _id(number: int) -> UUID:
    return UUID(f"00000000-0000-7000-8000-{number:012x}")
