"""The key set of the service, asked for over HTTP: `GET /.well-known/jwks.json`."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from auth_adapters.extras import needs
from auth_adapters.verify_only.public_keys import NotAKeySet, PublicKey, read_key_set
from auth_core.errors import Unavailable

with needs("verify"):
    import httpx2

PATH: Final = "/.well-known/jwks.json"

_OK: Final = 200
_NOT_MODIFIED: Final = 304
_LARGEST_ANSWER: Final = 1 << 16
_LONGEST_TAG: Final = 200
_PATIENCE: Final = 5.0
"""Seconds until the whole answer must have come."""

_MAX_AGE: Final = re.compile(r'(?:^|[\s,])max-age="?(\d{1,9})"?(?:$|[\s,;])', re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySetAnswer:
    """What was answered: `keys` is None when they are still those of the tag that was asked with.

    `max_age` is how long the answer may be kept (RFC 9111 §5.2.2.1), zero when it does not say.
    """

    keys: Mapping[str, PublicKey] | None
    tag: str | None
    max_age: timedelta


class KeySetSource(Protocol):
    """Tells which keys the service signs with."""

    async def ask(self, *, known: str | None) -> KeySetAnswer:
        """Return the present keys, or that they are still those of the tag `known`. Raises: Unavailable."""
        ...


class HttpKeySet:
    """Asks the service at `address` over `client`.

    It follows no redirect and takes nothing compressed, asks every cache on the way to look again, and an answer it
    does not understand to the letter is none.
    """

    def __init__(self, client: httpx2.AsyncClient, *, address: str) -> None:
        self._client = client
        self._url = address.rstrip("/") + PATH

    async def ask(self, *, known: str | None) -> KeySetAnswer:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "Cache-Control": "no-cache"}
        if known is not None:
            headers["If-None-Match"] = known
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._ask(headers)
        except (httpx2.HTTPError, httpx2.StreamError, TimeoutError, NotAKeySet) as error:
            raise Unavailable(Unavailable.SHORTLY) from error

    async def _ask(self, headers: Mapping[str, str]) -> KeySetAnswer:
        body = bytearray()
        async with self._client.stream(
            "GET", self._url, headers=headers, timeout=_PATIENCE, follow_redirects=False
        ) as response:
            max_age = _max_age(response.headers.get("cache-control", ""))
            if response.status_code == _NOT_MODIFIED and "If-None-Match" in headers:
                return KeySetAnswer(keys=None, tag=headers["If-None-Match"], max_age=max_age)
            if response.status_code != _OK or "content-encoding" in response.headers:
                raise NotAKeySet
            async for part in response.aiter_raw():
                body += part
                if len(body) > _LARGEST_ANSWER:
                    raise NotAKeySet
        return KeySetAnswer(keys=read_key_set(bytes(body)), tag=_tag(response.headers.get("etag")), max_age=max_age)


def _max_age(cache_control: str) -> timedelta:
    found = _MAX_AGE.search(cache_control)
    return timedelta(seconds=int(found[1]) if found else 0)


def _tag(text: str | None) -> str | None:
    return text if text and len(text) <= _LONGEST_TAG and text.isascii() and text.isprintable() else None
