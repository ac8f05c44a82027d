"""Everything a client asks for, and services that answer as they are told."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import httpx2
import pytest

from auth_adapters.remote import RemoteAuth, remote
from auth_core import AuthError, Origin, Redacted
from auth_core.ids import SessionId

ADDRESS = "https://auth.example"
PASSWORD = "a-password-nobody-may-see"
ACCESS = "access.token.nobody-may-see"
REFRESH = "refresh.token.nobody-may-see"
SECRETS = (PASSWORD, ACCESS, REFRESH)
SESSION = SessionId(UUID("0199a1f4-0d10-7c11-8a52-6f0c6cb5a001"))
HERE = Origin(address="192.0.2.7", user_agent="Firefox", request_id="r-1")

type Act = Callable[[RemoteAuth], Awaitable[object]]

TOKEN = Redacted(ACCESS)
READS: dict[str, Act] = {
    "verify": lambda auth: auth.verify_access_token(token=ACCESS),
    "profile": lambda auth: auth.profile(access_token=TOKEN),
    "look_at_invitation": lambda auth: auth.look_at_invitation(token=TOKEN, origin=HERE),
    "sessions": lambda auth: auth.sessions(access_token=TOKEN),
}
REFRESHES: dict[str, Act] = {
    "refresh": lambda auth: auth.refresh(refresh_token=Redacted(REFRESH), origin=HERE),
}
WRITES: dict[str, Act] = {
    "register": lambda auth: auth.register(
        email="a@example.com", password=Redacted(PASSWORD), first_name="A", last_name="B", origin=HERE
    ),
    "log_in": lambda auth: auth.log_in(email="a@example.com", password=Redacted(PASSWORD), origin=HERE),
    "update_profile": lambda auth: auth.update_profile(access_token=TOKEN, first_name="A", origin=HERE),
    "change_password": lambda auth: auth.change_password(
        access_token=TOKEN, current_password=Redacted(PASSWORD), new_password=Redacted(PASSWORD), origin=HERE
    ),
    "accept_invitation": lambda auth: auth.accept_invitation(token=TOKEN, password=Redacted(PASSWORD), origin=HERE),
    "choose_password": lambda auth: auth.choose_password(token=TOKEN, new_password=Redacted(PASSWORD), origin=HERE),
    "end_session": lambda auth: auth.end_session(access_token=TOKEN, session_id=SESSION, origin=HERE),
    "log_out": lambda auth: auth.log_out(access_token=TOKEN, origin=HERE),
    "log_out_everywhere": lambda auth: auth.log_out_everywhere(access_token=TOKEN, origin=HERE),
}
EVERYTHING = READS | REFRESHES | WRITES


@dataclass(frozen=True, slots=True)
class Said:
    """An answer."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()

    def __str__(self) -> str:
        return f"{self.status}-{self.body[:30]!r}"


type Answer = Said | Exception


@dataclass(slots=True)
class Scripted(httpx2.AsyncBaseTransport):
    """Answers as told, the last answer for ever, and keeps what it was asked."""

    answers: list[Answer]
    asked: list[httpx2.Request] = field(default_factory=list)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx2.Response(answer.status, headers=answer.headers, stream=httpx2.ByteStream(answer.body))


@asynccontextmanager
async def asking(transport: httpx2.AsyncBaseTransport) -> AsyncGenerator[RemoteAuth]:
    async with httpx2.AsyncClient(transport=transport) as client, remote(address=ADDRESS, client=client) as auth:
        yield auth


async def failure(act: Act, *answers: Answer) -> AuthError:
    """Return what `act` raises when the service answers like this."""
    async with asking(Scripted(list(answers))) as auth:
        with pytest.raises(AuthError) as raised:
            await act(auth)
    return raised.value


def problem(status: int, code: str, *headers: tuple[bytes, bytes], **members: object) -> Said:
    document = {"type": "x", "title": "x", "status": status, "detail": "x", "instance": "x", "code": code, **members}
    return Said(status, json.dumps(document).encode(), headers)
