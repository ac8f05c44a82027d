"""The feed of revocations for other services: `GET /auth/revocations` of the service that knows them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from auth_adapters.answers import Unreadable, document_in, items, members, moment, text, uuid, whole_number
from auth_adapters.extras import needs
from auth_adapters.service_credentials import Credentials
from auth_core.errors import Unavailable
from auth_core.ids import SessionId, UserId
from auth_core.revocation.errors import InvalidCursor
from auth_core.revocation.model import (
    KeyRevocation,
    Revocation,
    RoleRevocation,
    SessionRevocation,
    UserRevocation,
)
from auth_core.revocation.policy import LONGEST_WAIT
from auth_core.revocation.ports import Batch, Cursor

with needs("verify"):
    import httpx2

PATH: Final = "/auth/revocations"

_OK: Final = 200
_UNPROCESSABLE: Final = 422
_LARGEST_ANSWER: Final = 1 << 25
_LONGEST_NAME: Final = 200
_KINDS: Final = {"session_id", "user_id", "role", "kid"}
_PATIENCE: Final = timedelta(seconds=5)
"""What an answer may take beyond the wait that was asked for."""


class HttpRevocationFeed:
    """Asks the service at `address` over `client`, as whom `credentials` show it to be.

    They need the permission `revocations:read`. It follows no redirect, and an answer it does not understand to the
    letter is none; but kinds of revocations that a later release of the service may tell are passed over.
    """

    def __init__(self, client: httpx2.AsyncClient, *, address: str, credentials: Credentials) -> None:
        self._client = client
        self._url = address.removesuffix("/") + PATH
        self._credentials = credentials

    async def changes(self, *, after: Cursor | None, wait: timedelta) -> Batch:
        wait = min(max(wait, timedelta(0)), LONGEST_WAIT)
        asked = {"wait": f"{wait.total_seconds():.3f}"}
        if after is not None:
            asked["after"] = after
        status, body = await self._ask(asked, (wait + _PATIENCE).total_seconds())
        if status == _UNPROCESSABLE and after is not None:
            raise InvalidCursor
        if status != _OK:
            raise Unavailable(Unavailable.SHORTLY)
        try:
            return _batch_in(body)
        except Unreadable as error:
            raise Unavailable(Unavailable.SHORTLY) from error

    async def _ask(self, asked: Mapping[str, str], patience: float) -> tuple[int, bytes]:
        headers = {"Authorization": (await self._credentials.authorization()).reveal(), "Accept": "application/json"}
        body = bytearray()
        try:
            async with self._client.stream(
                "GET", self._url, params=asked, headers=headers, timeout=patience, follow_redirects=False
            ) as response:
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) > _LARGEST_ANSWER:
                        raise Unavailable(Unavailable.SHORTLY)
                return response.status_code, bytes(body)
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            raise Unavailable(Unavailable.SHORTLY) from error


def _batch_in(body: bytes) -> Batch:
    """Read an answer. Raises: Unreadable."""
    answer = members(document_in(body), "revocations", "cursor")
    cursor = text(answer["cursor"])
    if not 0 < len(cursor) <= 200:
        raise Unreadable("not a cursor")
    found = (_revocation_in(each) for each in items(answer["revocations"]))
    return Batch(revocations=tuple(each for each in found if each is not None), cursor=Cursor(cursor))


def _revocation_in(document: object) -> Revocation | None:
    """Read a revocation; None for one of a kind nobody knew of when this was written. Raises: Unreadable."""
    named = members(document, "until")
    until = moment(named["until"])
    if not _KINDS & set(named):
        return None
    if "kid" in named:
        return KeyRevocation(kid=_name(named["kid"]), until=until)
    if "session_id" in named:
        return SessionRevocation(session_id=SessionId(uuid(named["session_id"])), until=until)
    version = whole_number(members(document, "least_version")["least_version"])
    if "role" in named:
        return RoleRevocation(role=_name(named["role"]), least_version=version, until=until)
    return UserRevocation(user_id=UserId(uuid(named["user_id"])), least_version=version, until=until)


def _name(value: object) -> str:
    name = text(value)
    if not 0 < len(name) <= _LONGEST_NAME:
        raise Unreadable("not a name")
    return name
