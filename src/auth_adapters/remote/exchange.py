"""One request and its answer, or what is known when there is none.

Secrets are made readable in one place, which raises nothing: no exception, and no frame of one, holds a password or a
token.
"""

import asyncio
import ipaddress
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from auth_adapters.extras import needs
from auth_adapters.remote.failures import failure_of, unknown
from auth_core.origin import Origin
from auth_core.redacted import Redacted

with needs("verify"):
    import httpx2

_log: Final = logging.getLogger(__name__)
_PATIENCE: Final = 10.0
"""Seconds for one attempt, all in all. Two fit into the time in which a refresh may be repeated."""

_TIMEOUT: Final = httpx2.Timeout(_PATIENCE, connect=3.0, pool=3.0)
_LARGEST_ANSWER: Final = 1 << 20


type Document = Mapping[str, str | Redacted[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is asked for. `writes` says whether it changes something, `repeatable` whether twice is as good as once."""

    method: str
    path: str
    document: Document | None = None
    access_token: Redacted[str] | None = None
    device_token: Redacted[str] | None = None
    origin: Origin | None = None
    writes: bool = False
    repeatable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    body: bytes = field(repr=False)
    retry_after: str | None
    device_token: Redacted[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lost:
    """There is no answer; `sent` says whether the service may have been asked all the same."""

    sent: bool
    cause: str


_NOT_SENT: Final = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)


class Exchange:
    """Asks the service at `address` over `client`. It follows no redirect and takes nothing compressed."""

    def __init__(self, client: httpx2.AsyncClient, *, address: str) -> None:
        self._client = client
        self._address = address

    async def ask(self, call: Call) -> bytes:
        """Return the body of a good answer. Raises: what the answer tells; Unavailable, OutcomeUnknown."""
        return (await self.ask_for_all(call)).body

    async def ask_for_all(self, call: Call) -> Answer:
        """Return a good answer. Raises: what it tells; Unavailable, OutcomeUnknown."""
        came = await self._attempt(call)
        if isinstance(came, _Lost) and call.repeatable:
            came = await self._attempt(call)
        if isinstance(came, _Lost):
            _log.warning("not_answered", extra={"method": call.method, "path": call.path, "error": came.cause})
            raise unknown(writes=call.writes and came.sent)
        if 200 <= came.status < 300:
            return came
        raise failure_of(status=came.status, body=came.body, retry_after=came.retry_after, writes=call.writes)

    async def _attempt(self, call: Call) -> Answer | _Lost:
        """Send the request and return what came of it; nothing is raised here but a cancellation."""
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._send(self._request(call))
        except _NOT_SENT as error:
            return _Lost(sent=False, cause=type(error).__name__)
        except (httpx2.HTTPError, httpx2.StreamError, TimeoutError) as error:
            return _Lost(sent=True, cause=type(error).__name__)

    async def _send(self, request: httpx2.Request) -> Answer | _Lost:
        response = await self._client.send(request, stream=True, follow_redirects=False)
        body = bytearray()
        try:
            async for part in response.aiter_raw():
                body += part
                if len(body) > _LARGEST_ANSWER:
                    return _Lost(sent=True, cause="TooLarge")
        finally:
            await response.aclose()
        device_token = response.headers.get("device-token")
        return Answer(
            status=response.status_code,
            body=bytes(body),
            retry_after=response.headers.get("retry-after"),
            device_token=None if device_token is None else Redacted(device_token),
        )

    def _request(self, call: Call) -> httpx2.Request:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        content = None
        if call.document is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps({name: _revealed(value) for name, value in call.document.items()}).encode("ascii")
        if call.access_token is not None:
            headers["Authorization"] = f"Bearer {call.access_token.reveal()}"
        if call.device_token is not None:
            headers["Device-Token"] = call.device_token.reveal()
        request = self._client.build_request(
            call.method, self._address + call.path, headers=headers, content=content, timeout=_TIMEOUT
        )
        # What is told of people is what their own request said: not what is on this machine.
        request.headers.pop("User-Agent", None)
        request.headers.update(_told_of(call.origin or Origin()))
        return request


def _told_of(origin: Origin) -> list[tuple[bytes, bytes]]:
    """Return the headers that tell where a call came from; the address is believed of those the service trusts."""
    told: list[tuple[bytes, bytes]] = []
    if origin.user_agent is not None:
        told.append((b"User-Agent", origin.user_agent.encode("latin-1", "replace")))
    if origin.request_id is not None:
        told.append((b"X-Request-ID", origin.request_id.encode("ascii", "replace")))
    if origin.address is not None and _is_address(origin.address):
        told.append((b"X-Forwarded-For", origin.address.encode("ascii")))
    return told


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _revealed(value: str | Redacted[str]) -> str:
    return value.reveal() if isinstance(value, Redacted) else value
