"""The feed over HTTP keeps the same promises, and takes no answer for one that is none."""

import base64
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from auth_adapters.memory import auth_in_memory, memory_ports
from auth_adapters.revocation_client import HttpRevocationFeed
from auth_adapters.service_credentials import BearerCredentials, ServiceCredentials
from auth_core import InvalidCursor, Origin, Ports, Redacted, Unavailable
from auth_core.access.model import ADMIN
from auth_core.revocation.ports import Batch, Cursor, RevocationFeed
from auth_core.testing import MovableClock, a_session_revocation, an_email
from auth_core.testing.contracts.concurrency import in_transaction
from auth_core.testing.contracts.revocation_feed import RevocationFeedContract
from auth_core.testing.contracts.storage import Storage
from auth_http.settings import Settings
from tests.unit.contracts.mutation import caught_by
from tests.unit.http.parts import Parts
from tests.unit.http.service import over

ADDRESS = "http://auth.example"
NOW = timedelta(0)


async def a_token() -> Redacted[str]:
    return Redacted("a.b.c")


async def served(ports: Ports) -> tuple[Parts, Redacted[str]]:
    """A service over these ports, and the token of somebody who may read everything."""
    settings = Settings()
    auth = await auth_in_memory(ports, policies=settings.policies())
    password = Redacted("correct horse battery staple")
    email = an_email()
    await auth.users.create(
        email=email,
        password=password,
        first_name="Ada",
        last_name="Lovelace",
        roles=(ADMIN.name,),
        actor=None,
        origin=Origin(),
    )
    held = await auth.login.log_in(email=email, password=password, origin=Origin())
    return Parts(settings=settings, auth=auth), held.tokens.access_token


@pytest.fixture
async def storage() -> AsyncGenerator[Storage]:
    ports = memory_ports(clock=MovableClock())
    parts, token = await served(ports)

    async def its_token() -> Redacted[str]:
        return token

    transport = httpx2.ASGITransport(app=over(parts))
    async with httpx2.AsyncClient(transport=transport) as client:
        yield replace(
            ports,
            revocation_feed=HttpRevocationFeed(client, address=f"{ADDRESS}/", credentials=BearerCredentials(its_token)),
        )


class TestHttpRevocationFeed(RevocationFeedContract): ...


class StartsOver(RevocationFeed):
    """Never says how far it has come."""

    def __init__(self, feed: RevocationFeed) -> None:
        self._feed = feed

    async def changes(self, *, after: Cursor | None, wait: timedelta) -> Batch:
        return await self._feed.changes(after=None, wait=wait)


@caught_by("test_when_there_is_nothing_new_nothing_is_told")
class TestStartsOver(RevocationFeedContract):
    @pytest.fixture
    def storage(self, storage: Ports) -> Storage:
        return replace(storage, revocation_feed=StartsOver(storage.revocation_feed))


# ---- Answers of somebody who means harm, or means something else


@dataclass(slots=True)
class Stranger:
    """Answers as it is told to, and keeps what it was asked."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ((b"content-type", b"application/json"),)
    parts: int = 1
    asked: Scope | None = None
    act: Callable[[], Awaitable[None]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked = scope
        if self.act:
            await self.act()
        await send({"type": "http.response.start", "status": self.status, "headers": list(self.headers)})
        for _ in range(self.parts):
            await send({"type": "http.response.body", "body": self.body, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def feed_of(stranger: Stranger) -> AsyncGenerator[HttpRevocationFeed]:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=stranger)) as client:
        yield HttpRevocationFeed(client, address=ADDRESS, credentials=BearerCredentials(a_token))


def answer(**members: object) -> bytes:
    return json.dumps({"revocations": [], "cursor": "1", **members}).encode()


SESSION = {"session_id": "0199a1f4-0d10-7c11-8a52-6f0c6cb5a001", "until": "2030-06-01T12:15:00Z"}
USER = {"user_id": "0199a1f4-0d10-7c11-8a52-6f0c6cb5a001", "least_version": 1, "until": "2030-06-01T12:15:00Z"}
KEY = {"kid": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbw", "until": "2030-06-01T12:15:00Z"}


async def test_what_is_well_formed_is_taken() -> None:
    async with feed_of(Stranger(body=answer(revocations=[{**SESSION, "new": 1}, USER], more=[]))) as feed:
        batch = await feed.changes(after=None, wait=NOW)

    assert len(batch.revocations) == 2
    assert batch.cursor == "1"


async def test_kinds_of_a_later_release_are_passed_over_and_hide_nothing() -> None:
    strange = {"tenant_id": "acme", "until": "2030-06-01T12:15:00Z"}
    async with feed_of(Stranger(body=answer(revocations=[strange, SESSION, strange, KEY]))) as feed:
        batch = await feed.changes(after=None, wait=NOW)

    assert [type(each).__name__ for each in batch.revocations] == ["SessionRevocation", "KeyRevocation"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        answer(cursor=""),
        answer(cursor=1),
        answer(cursor="9" * 201),
        answer(revocations={}),
        answer(revocations=[1]),
        answer(revocations=[{}]),
        answer(revocations=[{**SESSION, "session_id": "x"}]),
        answer(revocations=[{**SESSION, "session_id": 1}]),
        answer(revocations=[{**SESSION, "until": "tomorrow"}]),
        answer(revocations=[{**SESSION, "until": "2030-06-01T12:15:00"}]),
        answer(revocations=[{**SESSION, "until": 1}]),
        answer(revocations=[{**USER, "least_version": "1"}]),
        answer(revocations=[{**USER, "least_version": True}]),
        answer(revocations=[{**USER, "least_version": -1}]),
        answer(revocations=[{**KEY, "kid": ""}]),
        answer(revocations=[{**KEY, "kid": "k" * 201}]),
        answer(revocations=[{**KEY, "kid": 7}]),
        answer(revocations=[{"kid": KEY["kid"]}]),
        answer(revocations=[{"user_id": USER["user_id"], "until": USER["until"]}]),
    ],
)
async def test_what_is_no_answer_is_none(body: bytes) -> None:
    async with feed_of(Stranger(body=body)) as feed:
        with pytest.raises(Unavailable):
            await feed.changes(after=Cursor("1"), wait=NOW)


@pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 400, 401, 403, 404, 429, 500, 503])
async def test_a_refusal_is_none_either(status: int) -> None:
    stranger = Stranger(status=status, headers=((b"location", b"http://elsewhere.example/"),), body=answer())
    async with feed_of(stranger) as feed:
        with pytest.raises(Unavailable):
            await feed.changes(after=Cursor("1"), wait=NOW)

    assert stranger.asked is not None
    assert dict(stranger.asked["headers"])[b"host"] == b"auth.example"


async def test_a_cursor_the_service_does_not_know_is_told_as_such_and_no_cursor_is_not() -> None:
    async with feed_of(Stranger(status=422)) as feed:
        with pytest.raises(InvalidCursor):
            await feed.changes(after=Cursor("1"), wait=NOW)
        with pytest.raises(Unavailable):
            await feed.changes(after=None, wait=NOW)


async def test_an_answer_without_end_is_given_up() -> None:
    async with feed_of(Stranger(body=b" " * (1 << 20), parts=40)) as feed:
        with pytest.raises(Unavailable):
            await feed.changes(after=None, wait=NOW)


async def test_a_network_that_fails_is_unavailable() -> None:
    class Broken(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            raise httpx2.ConnectError("nobody there")

    async with httpx2.AsyncClient(transport=Broken()) as client:
        with pytest.raises(Unavailable):
            await HttpRevocationFeed(client, address=ADDRESS, credentials=BearerCredentials(a_token)).changes(
                after=None, wait=NOW
            )


async def test_the_token_is_sent_in_its_header_and_nowhere_else() -> None:
    stranger = Stranger(body=answer())
    async with feed_of(stranger) as feed:
        await feed.changes(after=Cursor("a.b&c=d"), wait=timedelta(seconds=1.5))
        shown = repr(feed)

    assert stranger.asked is not None
    assert dict(stranger.asked["headers"])[b"authorization"] == b"Bearer a.b.c"
    assert stranger.asked["query_string"] == b"wait=1.500&after=a.b%26c%3Dd"
    assert stranger.asked["path"] == "/auth/revocations"
    assert "a.b.c" not in shown


async def test_a_service_client_shows_its_id_and_secret_and_nothing_shows_them_otherwise() -> None:
    credentials = ServiceCredentials(client_id="in:voices", client_secret=Redacted("s e+c%ret"))
    stranger = Stranger(body=answer())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=stranger)) as client:
        feed = HttpRevocationFeed(client, address=ADDRESS, credentials=credentials)
        await feed.changes(after=None, wait=NOW)

    assert stranger.asked is not None
    scheme, _, encoded = dict(stranger.asked["headers"])[b"authorization"].partition(b" ")
    assert (scheme, base64.b64decode(encoded)) == (b"Basic", b"in%3Avoices:s+e%2Bc%25ret")
    assert "s e+c" not in repr(credentials) + repr(feed)


async def test_a_follower_is_one_caller_and_not_two_or_none() -> None:
    credentials = ServiceCredentials(client_id="invoices", client_secret=Redacted("secret"))
    make: Any = HttpRevocationFeed

    async with httpx2.AsyncClient() as client:
        for given in ({}, {"credentials": credentials, "token": a_token}):
            with pytest.raises(TypeError):
                make(client, address=ADDRESS, **given)


async def test_a_service_client_follows_with_its_secret_and_not_without() -> None:
    ports = memory_ports(clock=MovableClock())
    parts, _ = await served(ports)
    issued = await parts.auth().oauth.create_client(
        name="invoices", permissions=["revocations:read"], actor=None, origin=Origin()
    )
    revocation = a_session_revocation()
    await in_transaction(ports, lambda tx: tx.revocations.add(revocation))

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=over(parts))) as client:
        right, wrong = (
            HttpRevocationFeed(
                client,
                address=ADDRESS,
                credentials=ServiceCredentials(client_id=str(issued.client.id), client_secret=secret),
            )
            for secret in (issued.secret, Redacted("authcs_wrong"))
        )

        assert (await right.changes(after=None, wait=NOW)).revocations == (revocation,)
        with pytest.raises(Unavailable):
            await wrong.changes(after=None, wait=NOW)
