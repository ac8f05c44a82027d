"""What a guard costs a route, in CPU time of the process that serves it.

A FastAPI application is served by uvicorn in this process; another one asks for routes without a guard, with one, and
with a dependency that does nothing, in turns. Besides, without a server, what a guard adds to a bare ASGI application.
Verifying is the real thing, over ES256 keys and a set of revocations of the usual size, for people whose tokens were
seen before; nothing of it reaches for a network or a disk.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auth_core import AuthCore, Origin, Principal, Redacted, TokenVerifier
from auth_http.guard.asgi import AsgiGuard
from auth_http.guard.fastapi import Guard
from bench.verify import PEOPLE, a_process

_INVOICE = {"id": "A-17", "amount": 1200, "currency": "EUR", "approved": False}
_ROUTES = {
    "a route": "/open/A-17",
    "a route with a dependency that does nothing": "/nothing/A-17",
    "a route that is told who asks": "/signed-in/A-17",
    "a route that needs a permission": "/permitted/A-17",
}

type Ask = Callable[[int], Awaitable[None]]


async def measure(*, quick: bool) -> dict[str, object]:
    """Return microseconds of CPU per request and the ratios of guarded to unguarded, best of rounds and median."""
    requests, rounds = (300, 3) if quick else (2_000, 15)
    auth, _ = await a_process(remembered=4096)
    tokens = await _of_an_administrator(auth)
    async with _serving(_invoices(auth.tokens)) as port, _client(port, tokens) as asks:
        served = await _in_turns({name: asks(path) for name, path in _ROUTES.items()}, requests, rounds)
    bare = await _in_turns(
        {
            "an ASGI application": _straight(_plain, tokens),
            "an ASGI application behind a guard": _straight(AsgiGuard(_plain, verifier=auth.tokens), tokens),
        },
        requests,
        rounds,
    )
    best = {name: min(each) for name, each in (served | bare).items()}
    unguarded, nothing, told, permitted, plain, behind = best.values()
    return {
        "unit": "µs of CPU per request: best and median",
        "FastAPI, served": _summary(served),
        "ASGI, without a server": _summary(bare),
        "ratios": {
            "told who asks, to unguarded": round(told / unguarded, 2),
            "a permission, to unguarded": round(permitted / unguarded, 2),
            "a permission, to a dependency that does nothing": round(permitted / nothing, 2),
        },
        "µs the ASGI guard adds": round(behind - plain, 2),
    }


def _summary(taken: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    return {
        name: {"best": round(min(each), 1), "median": round(statistics.median(each), 1)} for name, each in taken.items()
    }


async def _in_turns(ways: dict[str, Ask], requests: int, rounds: int) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, ask in ways.items():
            began = time.process_time()
            await ask(requests)
            taken[name].append((time.process_time() - began) / requests * 1e6)
    return taken


async def _of_an_administrator(auth: AuthCore) -> list[str]:
    """Return the tokens of somebody who is permitted everything, each seen once."""
    email, password = "lin@example.com", Redacted("correct horse battery staple")
    await auth.users.create(
        email=email,
        password=password,
        first_name="Lin",
        last_name="Clark",
        roles=["admin"],
        actor=None,
        origin=Origin(),
    )
    tokens: list[str] = []
    for _ in range(PEOPLE):
        held = await auth.login.log_in(email=email, password=password, origin=Origin())
        tokens.append(held.tokens.access_token.reveal())
        await auth.tokens.verify_access_token(token=tokens[-1])
    return tokens


# ---- Served


def _invoices(verifier: TokenVerifier) -> FastAPI:
    guard = Guard(verifier)
    app = FastAPI(openapi_url=None)

    async def nothing() -> None:
        return None

    @app.get("/open/{invoice}")
    async def read_open(invoice: str) -> dict[str, object]:
        return _INVOICE

    @app.get("/nothing/{invoice}", dependencies=[Depends(nothing)])
    async def read_nothing(invoice: str) -> dict[str, object]:
        return _INVOICE

    @app.get("/signed-in/{invoice}")
    async def read_signed_in(invoice: str, caller: Annotated[Principal, Depends(guard.principal)]) -> dict[str, object]:
        return _INVOICE

    @app.get("/permitted/{invoice}", dependencies=[Depends(guard.require("invoices:read"))])
    async def read_permitted(invoice: str) -> dict[str, object]:
        return _INVOICE

    return app


@asynccontextmanager
async def _serving(app: ASGIApp) -> AsyncGenerator[int]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None, access_log=False))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def _client(port: int, tokens: list[str]) -> AsyncGenerator[Callable[[str], Ask]]:
    """Start the client, and give what makes it ask for a path a number of times."""
    client = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.guard_client"), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    to, of = client.stdin, client.stdout
    assert to is not None
    assert of is not None
    to.write(f"{json.dumps([port, tokens])}\n".encode())

    def asks(path: str) -> Ask:
        async def ask(times: int) -> None:
            to.write(f"{path} {times}\n".encode())
            if await of.readline() != b"done\n":
                raise AssertionError(f"{path} was not answered")

        return ask

    try:
        yield asks
    finally:
        to.close()
        await client.wait()


# ---- Without a server


async def _plain(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})


def _straight(app: ASGIApp, tokens: list[str]) -> Ask:
    """Give what calls the application as a server would, a number of times."""
    fields = [f"Bearer {token}".encode() for token in tokens]
    others = [(b"host", b"a"), (b"accept", b"*/*"), (b"accept-encoding", b"gzip"), (b"user-agent", b"a client")]

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message.get("status", 200) != 200:
            raise AssertionError(message)

    async def ask(times: int) -> None:
        for number in range(times):
            headers = [*others, (b"authorization", fields[number % len(fields)])]
            await app(
                {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers, "state": {}},
                receive,
                send,
            )

    return ask
