"""One thing behind each of the three guards, and what each says of a token."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import Depends, FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from auth_core import AuthError, CallGuard, LateVerifier, Principal
from auth_http.guard.asgi import AsgiGuard
from auth_http.guard.fastapi import Guard, tell_problems
from tests.unit.guard.client import get

VERIFIER: Final = LateVerifier()
"""Whom all of them ask."""

FINE: Final = "fine"

_fastapi = FastAPI()
tell_problems(_fastapi)


@_fastapi.get("/")
async def _route(caller: Annotated[Principal, Depends(Guard(VERIFIER).principal)]) -> None:
    return None


async def _application(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@CallGuard(VERIFIER).signed_in
async def _function(caller: Principal) -> None:
    return None


async def _over_http(app: ASGIApp, token: str) -> str:
    answer = await get(app, "/", f"Bearer {token}".encode())
    return FINE if answer.status == 200 else answer.code


async def by_fastapi(token: str) -> str:
    return await _over_http(_fastapi, token)


async def by_asgi(token: str) -> str:
    return await _over_http(AsgiGuard(_application, verifier=VERIFIER), token)


async def by_call(token: str) -> str:
    try:
        await _function(token)
    except AuthError as error:
        return error.code
    return FINE


type Says = Callable[[str], Awaitable[str]]
"""The code of the refusal of a token, or that it is fine."""

GUARDS: Final[tuple[Says, ...]] = (by_fastapi, by_asgi, by_call)
