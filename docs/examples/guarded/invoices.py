"""A service in FastAPI: people list invoices, and some of them approve one. It calls two others in their name."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx2
import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException
from wiring import verifying_tokens

from auth_core import LateVerifier, Principal
from auth_http.guard.fastapi import Guard, tell_problems

verifier = LateVerifier()  # the routes below are defined before there is one to ask
guard = Guard(verifier)

SignedIn = Annotated[Principal, Depends(guard.principal)]
Approver = Annotated[Principal, Depends(guard.require("invoices:approve"))]
Authorization = Annotated[str, Header()]


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    async with verifying_tokens() as opened:
        with verifier.asking(opened):
            yield


app = FastAPI(lifespan=lifespan, responses=guard.responses)
tell_problems(app)


@app.get("/invoices")
async def list_invoices(caller: SignedIn) -> dict[str, object]:
    return {"for": str(caller.user_id), "invoices": ["A-17"]}


@app.post("/invoices/{number}/approve")
async def approve(number: str, caller: Approver, authorization: Authorization) -> dict[str, object]:
    # The ledger is told who approves by the very token that came: it decides for itself.
    async with httpx2.AsyncClient(base_url="http://127.0.0.1:8002") as ledger:
        answer = await ledger.post("/entries", json={"invoice": number}, headers={"Authorization": authorization})
    if answer.status_code != 201:
        raise HTTPException(502, "The ledger did not take the entry.")
    return {"approved": number, "by": str(caller.user_id), "entry": answer.json()}


@app.post("/invoices/{number}/remind")
async def remind(number: str, _: SignedIn, authorization: Authorization) -> dict[str, object]:
    reader, writer = await asyncio.open_connection("127.0.0.1", 8003)
    token = authorization.partition(" ")[2]
    writer.write(json.dumps({"token": token, "invoice": number}).encode() + b"\n")
    answer: dict[str, object] = json.loads(await reader.readline())
    writer.close()
    return answer


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=8001)
