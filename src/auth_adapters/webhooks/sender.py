"""Posting to receivers over HTTP/1.1: once, to a vetted address, and keeping nothing of an answer but its status."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

from auth_adapters.extras import needs
from auth_adapters.webhooks.vetted_network import LookUp, OutOfReach, UnknownName, VettedNetwork
from auth_core.webhooks.model import Answered, Response, SignedRequest, Unreached
from auth_core.webhooks.reach import Reach

with needs("webhooks"):
    from httpcore2 import (
        AsyncConnectionPool,
        ConnectError,
        NetworkError,
        ProtocolError,
        TimeoutException,
        UnsupportedProtocol,
    )

_MOST_READ: Final = 1 << 14
"""Bytes of a body that are waited for, so that the connection can be used again. Nobody looks at them."""
_PATIENCE_WITH_BODIES: Final = 1.0
_KEPT: Final = 10.0
"""Seconds a connection is kept for the next one."""
_ASKS_TO_WAIT: Final = (429, 503)


class HttpWebhookSender:
    """Posts over connections of its own, which `close()` closes.

    No redirect is followed: whoever answers with one has not taken it. No proxy of the environment is used, since the
    address is judged here. The certificate of a receiver is checked, with the authorities of the system or those in
    `ca_file`. Nothing takes longer than `patience`.
    """

    def __init__(
        self,
        reach: Reach,
        *,
        patience: timedelta = timedelta(seconds=15),
        ca_file: Path | None = None,
        look_up: LookUp | None = None,
    ) -> None:
        """Take what may be reached. Raises: OSError, ssl.SSLError when `ca_file` cannot be used."""
        self._patience = patience.total_seconds()
        self._pool = AsyncConnectionPool(
            ssl_context=ssl.create_default_context(cafile=ca_file),
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=_KEPT,
            network_backend=VettedNetwork(reach, look_up=look_up),
        )

    async def post(self, request: SignedRequest) -> Response:
        try:
            async with asyncio.timeout(self._patience):
                return await self._post(request)
        except (
            OutOfReach,
            UnknownName,
            TimeoutError,
            TimeoutException,
            NetworkError,
            ProtocolError,
            UnsupportedProtocol,
        ) as error:
            return Unreached(_in_words(error))

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.aclose()

    async def _post(self, request: SignedRequest) -> Response:
        each = {"connect": self._patience, "read": self._patience, "write": self._patience, "pool": self._patience}
        async with self._pool.stream(
            "POST",
            request.url,
            headers=[(name.encode(), text.encode()) for name, text in request.headers],
            content=request.body,
            extensions={"timeout": each},
        ) as response:
            answered = Answered(status=response.status, wait=_wait(response.status, response.headers))
            await _read(response.aiter_stream())
            return answered


async def _read(body: AsyncIterator[bytes]) -> None:
    """Wait a little for the end of a body: it decides nothing. One that goes on costs its receiver the connection."""
    with suppress(TimeoutError, TimeoutException, NetworkError, ProtocolError):
        async with asyncio.timeout(_PATIENCE_WITH_BODIES):
            read = 0
            async for part in body:
                read += len(part)
                if read > _MOST_READ:
                    return


def _wait(status: int, headers: list[tuple[bytes, bytes]]) -> timedelta | None:
    """Read `Retry-After` in seconds (RFC 9110 §10.2.3) where a receiver may ask for that; a date is not heeded."""
    told = {name.lower(): text for name, text in headers}.get(b"retry-after", b"")
    if status in _ASKS_TO_WAIT and told.isdigit() and len(told) <= 6:
        return timedelta(seconds=int(told))
    return None


def _in_words(error: Exception) -> str:
    """Return what kept a request from being answered; nothing of it is what somebody else said."""
    match error:
        case OutOfReach():
            return "Its name leads to no address that may be sent to: they are of private networks."
        case UnknownName():
            return "Its name cannot be looked up."
        case ConnectError():
            return f"The receiver cannot be reached or trusted: {_cause(error)}."
        case NetworkError():
            return "The receiver has hung up."
        case TimeoutError() | TimeoutException():
            return "The receiver did not answer in time."
        case _:
            return "The receiver does not speak HTTP/1.1."


def _cause(error: BaseException) -> str:
    """Return what kind of failure began it all; its words may repeat what was sent.

    The package puts what it translates into the arguments of its own errors, and hides it as their cause.
    """
    while (inner := _inner(error)) is not None:
        error = inner
    return error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else type(error).__name__


def _inner(error: BaseException) -> BaseException | None:
    if error.args and isinstance(error.args[0], BaseException):
        return error.args[0]
    return error.__cause__
