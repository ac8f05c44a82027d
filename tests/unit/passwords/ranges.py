"""A server of ranges in this process: what it knows, how it answers, and what it was asked."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import httpx2

from auth_adapters.breached_passwords import HttpBreachedPasswords
from auth_adapters.circuit import Circuit

ADDRESS = "https://ranges.example/range"
PADDING = "0" * 35


def digits_of(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


@dataclass(frozen=True, slots=True)
class Said:
    content: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


async def _arriving(content: bytes) -> AsyncGenerator[bytes]:
    for start in range(0, len(content), 1000):
        yield content[start : start + 1000]


class Ranges:
    """Answers as Have I Been Pwned does. `instead` takes the place of its answer; while it is `held` there is none."""

    def __init__(self, leaked: Iterable[str] = ()) -> None:
        self.leaked = [digits_of(password) for password in leaked]
        self.asked: list[httpx2.Request] = []
        self.instead: Said | Exception | None = None
        self.held = False
        self.timer = 0.0

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        if self.held:
            await asyncio.Event().wait()
        if isinstance(self.instead, Exception):
            raise self.instead
        prefix = request.url.path.rpartition("/")[2]
        known = [f"{digits[5:]}:7" for digits in self.leaked if digits.startswith(prefix)]
        said = self.instead or Said("\r\n".join([*known, f"{PADDING}:0"]).encode())
        return httpx2.Response(said.status, content=_arriving(said.content), headers=said.headers)

    def adapter(self, *, patience: float = 5, at_once: int = 16, address: str = ADDRESS) -> HttpBreachedPasswords:
        return HttpBreachedPasswords(
            httpx2.AsyncClient(transport=httpx2.MockTransport(self)),
            address=address,
            patience=timedelta(seconds=patience),
            at_once=at_once,
            circuit=Circuit(most=3, rest=timedelta(seconds=30), timer=lambda: self.timer),
        )
