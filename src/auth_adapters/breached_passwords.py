"""Leaked passwords, asked for by range as Have I Been Pwned answers: five of forty digits leave this process.

https://haveibeenpwned.com/API/v3#SearchingPwnedPasswordsByRange
"""

import asyncio
import hashlib
import re
from datetime import timedelta
from typing import Final, Self

from auth_adapters.circuit import Circuit
from auth_adapters.extras import needs
from auth_adapters.service_address import is_of_this_machine
from auth_core.credentials.passwords.checker import normalized
from auth_core.errors import Unavailable
from auth_core.redacted import Redacted

with needs("verify"):
    import httpx2

_POOL: Final = httpx2.Limits(max_connections=16, keepalive_expiry=60)
_OK: Final = 200
_PREFIX: Final = 5
_LARGEST_ANSWER: Final = 1 << 18
"""Bytes. A padded range has about 1,000 lines of 40."""
_RANGE: Final = re.compile(rb"(?:[0-9A-F]{35}:[0-9]{1,12}(?:\r?\n|\Z))+", re.ASCII | re.IGNORECASE)
_HEADERS: Final = {
    # Or the size of an answer would tell somebody on the way which range it is.
    "Add-Padding": "true",
    # Nobody unpacks what may be larger than it looks.
    "Accept-Encoding": "identity",
    "Accept": "text/plain",
    "User-Agent": "auth-service",
}


class HttpBreachedPasswords:
    """Asks for `address/<the first five digits of the SHA-1>` over `client`, and looks for the rest in the answer.

    A question takes no longer than `patience`, waiting for one of `at_once` places included. Whoever does not answer is
    left alone by `circuit` for a while. It follows no redirect, and an answer it does not understand to the letter is
    none; an empty one neither, for no range is empty.
    """

    def __init__(
        self,
        client: httpx2.AsyncClient,
        *,
        address: str,
        patience: timedelta = timedelta(seconds=1),
        at_once: int = 16,
        circuit: Circuit | None = None,
    ) -> None:
        self._client = client
        self._address = address.removesuffix("/")
        self._patience = patience.total_seconds()
        self._places = asyncio.Semaphore(at_once)
        self._circuit = circuit or Circuit()

    @classmethod
    def at(cls, address: str, *, patience: timedelta) -> Self:
        """Ask over connections of its own, which `close()` closes."""
        client = httpx2.AsyncClient(limits=_POOL, trust_env=not is_of_this_machine(address))
        return cls(client, address=address, patience=patience)

    async def has(self, password: Redacted[str]) -> bool:
        text = normalized(password).reveal()
        digits = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest().upper()
        return _has(await self._range(digits[:_PREFIX]), digits[_PREFIX:].encode())

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _range(self, prefix: str) -> bytes:
        asked = False
        try:
            async with asyncio.timeout(self._patience), self._places:
                if not self._circuit.admits():
                    raise Unavailable(Unavailable.SHORTLY)
                asked = True
                body = await self._ask(prefix)
        except (TimeoutError, httpx2.HTTPError, httpx2.StreamError, _NoAnswer):
            # Waiting for a place is not the server's fault. Nor is a caller who hangs up, which raises none of these.
            if asked:
                self._circuit.failed()
            # Without the cause: that knows the address, and with it the prefix.
            raise Unavailable(Unavailable.SHORTLY) from None
        self._circuit.succeeded()
        return body

    async def _ask(self, prefix: str) -> bytes:
        body = bytearray()
        async with self._client.stream(
            "GET", f"{self._address}/{prefix}", headers=_HEADERS, timeout=self._patience, follow_redirects=False
        ) as response:
            if response.status_code != _OK:
                raise _NoAnswer
            async for part in response.aiter_raw():
                body += part
                if len(body) > _LARGEST_ANSWER:
                    raise _NoAnswer
        if _RANGE.fullmatch(body) is None:
            raise _NoAnswer
        return bytes(body)


class _NoAnswer(Exception):
    """What came back is not what was asked for."""


def _has(found: bytes, suffix: bytes) -> bool:
    for line in found.upper().splitlines():
        digits, _, times = line.partition(b":")
        if digits == suffix:
            return int(times) > 0  # 0 is padding.
    return False
