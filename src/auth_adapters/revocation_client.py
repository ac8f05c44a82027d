"""The feed of revocations for other services: `GET /auth/revocations` of the service that knows them."""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, cast
from uuid import UUID

from auth_adapters.extras import needs
from auth_core.errors import Unavailable
from auth_core.ids import SessionId, UserId
from auth_core.redacted import Redacted
from auth_core.revocation.errors import InvalidCursor
from auth_core.revocation.model import Revocation, RoleRevocation, SessionRevocation, UserRevocation
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


class HttpRevocationFeed:
    """Asks the service at `address` over `client`, each time with the access token `token` gives.

    It follows no redirect, and an answer it does not understand to the letter is none.
    """

    def __init__(self, client: httpx2.AsyncClient, *, address: str, token: TokenSource) -> None:
        self._client = client
        self._url = address.removesuffix("/") + PATH
        self._token = token

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

    async def _ask(self, asked: Mapping[str, str], patience: float) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {(await self._token()).reveal()}", "Accept": "application/json"}
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
    if "role" in _members(document):
        of_role = _members(document, "role", "least_version", "until")
        return RoleRevocation(
            role=_text(of_role["role"]),
            least_version=_version(of_role["least_version"]),
            until=_time(of_role["until"]),
        )
    of_user = _members(document, "user_id", "least_version", "until")
    return UserRevocation(
        user_id=UserId(_uuid(of_user["user_id"])),
        least_version=_version(of_user["least_version"]),
        until=_time(of_user["until"]),
    )


def _members(document: object, *names: str) -> Mapping[str, object]:
    """Return the object with at least these members; later releases of the service may add others."""
    if not isinstance(document, dict) or not set(names) <= set(cast("dict[str, object]", document)):
        raise ValueError("not the members that are expected")
    return cast("dict[str, object]", document)


def _version(number: object) -> int:
    if type(number) is not int or number < 0:
        raise ValueError("not a version")
    return number


def _text(text: object) -> str:
    if not isinstance(text, str):
        raise ValueError("not a text")  # noqa: TRY004 - whatever is wrong with an answer, it is one error
    return text


def _uuid(text: object) -> UUID:
    return UUID(_text(text))


def _time(text: object) -> datetime:
    moment = datetime.fromisoformat(_text(text))
    if moment.tzinfo is None:
        raise ValueError("not a time with its zone")
    return moment.astimezone(UTC)
