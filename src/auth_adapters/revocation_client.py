"""The feed of revocations for other services: `GET /auth/revocations` of the service that knows them."""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, cast, overload
from uuid import UUID

from auth_adapters.extras import needs
from auth_adapters.service_credentials import ServiceCredentials
from auth_core.errors import Unavailable
from auth_core.ids import SessionId, UserId
from auth_core.redacted import Redacted
from auth_core.revocation.errors import InvalidCursor
from auth_core.revocation.model import Revocation, SessionRevocation, UserRevocation
from auth_core.revocation.policy import LONGEST_WAIT
from auth_core.revocation.ports import Batch, Cursor

with needs("verify"):
    import httpx2

PATH: Final = "/auth/revocations"

_OK: Final = 200
_UNPROCESSABLE: Final = 422
_LARGEST_ANSWER: Final = 1 << 25
_PATIENCE: Final = timedelta(seconds=5)
"""What an answer may take beyond the wait that was asked for."""

type TokenSource = Callable[[], Awaitable[Redacted[str]]]
"""Gives an access token that is good at this moment."""


class HttpRevocationFeed:
    """Asks the service at `address` over `client`, as a service client or with the access token `token` gives.

    Either needs the permission `revocations:read`. It follows no redirect, and an answer it does not understand to the
    letter is none.
    """

    @overload
    def __init__(self, client: httpx2.AsyncClient, *, address: str, credentials: ServiceCredentials) -> None: ...

    @overload
    def __init__(self, client: httpx2.AsyncClient, *, address: str, token: TokenSource) -> None: ...

    def __init__(
        self,
        client: httpx2.AsyncClient,
        *,
        address: str,
        credentials: ServiceCredentials | None = None,
        token: TokenSource | None = None,
    ) -> None:
        caller = credentials or token
        if caller is None or (credentials and token):
            raise TypeError("give either credentials or token")
        self._client = client
        self._url = address.removesuffix("/") + PATH
        self._caller = caller

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
        except (ValueError, RecursionError) as error:
            raise Unavailable(Unavailable.SHORTLY) from error

    async def _authorization(self) -> Redacted[str]:
        if isinstance(self._caller, ServiceCredentials):
            return self._caller.authorization()
        return Redacted(f"Bearer {(await self._caller()).reveal()}")

    async def _ask(self, asked: Mapping[str, str], patience: float) -> tuple[int, bytes]:
        headers = {"Authorization": (await self._authorization()).reveal(), "Accept": "application/json"}
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
    """Read an answer. Raises: ValueError."""
    answer = _members(json.loads(body.decode("utf-8")), "revocations", "cursor")
    revocations, cursor = answer["revocations"], answer["cursor"]
    if not isinstance(revocations, list) or not isinstance(cursor, str) or not 0 < len(cursor) <= 200:
        raise ValueError("not a list and a cursor")
    listed = cast("list[object]", revocations)
    return Batch(revocations=tuple(_revocation_in(each) for each in listed), cursor=Cursor(cursor))


def _revocation_in(document: object) -> Revocation:
    if "session_id" in _members(document):
        of_session = _members(document, "session_id", "until")
        session_id = SessionId(_uuid(of_session["session_id"]))
        return SessionRevocation(session_id=session_id, until=_time(of_session["until"]))
    of_user = _members(document, "user_id", "least_version", "until")
    version = of_user["least_version"]
    if type(version) is not int or version < 0:
        raise ValueError("not a version")
    return UserRevocation(
        user_id=UserId(_uuid(of_user["user_id"])), least_version=version, until=_time(of_user["until"])
    )


def _members(document: object, *names: str) -> Mapping[str, object]:
    """Return the object with at least these members; later releases of the service may add others."""
    if not isinstance(document, dict) or not set(names) <= set(cast("dict[str, object]", document)):
        raise ValueError("not the members that are expected")
    return cast("dict[str, object]", document)


def _uuid(text: object) -> UUID:
    if not isinstance(text, str):
        raise ValueError("not a UUID")  # noqa: TRY004 - whatever is wrong with an answer, it is one error
    return UUID(text)


def _time(text: object) -> datetime:
    if not isinstance(text, str):
        raise ValueError("not a time")  # noqa: TRY004 - as above
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("not a time with its zone")
    return moment.astimezone(UTC)
