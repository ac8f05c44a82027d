"""A service without a framework and without HTTP: a line of JSON comes in over TCP, and a line goes out."""

import asyncio
import json

from wiring import verifying_tokens

from auth_core import AuthError, CallGuard, LateVerifier, Principal

verifier = LateVerifier()
guard = CallGuard(verifier)


@guard.require("invoices:remind")
async def remind(caller: Principal, invoice: str) -> dict[str, str]:
    return {"reminded_of": invoice, "in_the_name_of": str(caller.user_id)}


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    asked = json.loads(await reader.readline())
    try:
        answer = await remind(asked.get("token"), asked["invoice"])  # a token, where the function has a Principal
    except AuthError as error:
        answer = {"refused": error.code}
    writer.write(json.dumps(answer).encode() + b"\n")
    writer.close()


async def main() -> None:
    async with verifying_tokens() as opened:
        with verifier.asking(opened):
            server = await asyncio.start_server(serve, "127.0.0.1", 8003)
            await server.serve_forever()


asyncio.run(main())
