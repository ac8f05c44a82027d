"""What is not storage, and quick: signing, hashing, time and chance."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from auth_core import Origin, Redacted
from auth_core.credentials.passwords.model import PasswordHash, Verification
from auth_core.testing import MovableClock
from auth_core.tokens.errors import MalformedToken
from tests.proof.simulation.points import HASH


@dataclass(slots=True)
class RememberingSigner:
    """Knows its tokens by heart. Equal payloads are equal tokens."""

    signed: dict[str, Mapping[str, object]]

    def sign(self, payload: Mapping[str, object]) -> Redacted[str]:
        text = repr(payload)
        self.signed[text] = payload
        return Redacted(text)

    def open(self, token: str) -> Mapping[str, object]:
        try:
            return self.signed[token]
        except KeyError:
            raise MalformedToken from None


class _Turn:
    async def hash(self, password: Redacted[str]) -> PasswordHash:
        await HASH
        return hashed(password)

    async def verify(self, password: Redacted[str], stored: PasswordHash | None) -> Verification:
        await HASH
        return Verification(matches=stored is not None and stored.reveal() == hashed(password).reveal())


class InterruptibleHasher:
    """Takes its time: much can happen while it works."""

    @asynccontextmanager
    async def turn(self, origin: Origin | None = None) -> AsyncGenerator[_Turn]:
        yield _Turn()


def hashed(password: Redacted[str]) -> PasswordHash:
    """Return what is stored of a password here: the password."""
    return PasswordHash(password)


@dataclass(frozen=True, slots=True)
class SkewedClock:
    """The clock of one machine, a little off."""

    clock: MovableClock
    skew: timedelta

    def now(self) -> datetime:
        return self.clock.now() + self.skew


class CountingEntropy:
    """Gives different bytes each time, and the same ones in each run."""

    def __init__(self, begin: int = 0) -> None:
        self._given = begin

    def token_bytes(self, length: int) -> bytes:
        self._given += 1
        return self._given.to_bytes(length)
