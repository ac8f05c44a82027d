"""A service in whatever speaks ASGI, here Starlette: nobody gets to its routes who may not write in the ledger."""

import asyncio

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route
from wiring import verifying_tokens

from auth_http.guard.asgi import AsgiGuard, claims_in


async def enter(request: Request) -> JSONResponse:
    caller = claims_in(request.scope).principal
    entry = {"invoice": (await request.json())["invoice"], "entered_by": str(caller.user_id)}
    return JSONResponse(entry, status_code=201)


async def health(_: Request) -> PlainTextResponse:
    return PlainTextResponse("fine")


ledger = Starlette(routes=[Route("/entries", enter, methods=["POST"]), Route("/health", health)])


async def main() -> None:
    async with verifying_tokens() as verifier:
        app = AsgiGuard(ledger, verifier=verifier, needs="ledger:write", public=["/health"])
        await uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=8002)).serve()


asyncio.run(main())
