"""Asks an ASGI application, byte for byte: what well-behaved clients cannot send, callers who mean harm can."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        values = [value for each, value in self.headers if each == name]
        assert len(values) <= 1, f"{name} is given twice"
        return values[0] if values else None

    def json(self) -> Any:  # noqa: ANN401 - a document may be anything
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a problem, which is told as one."""
        assert self.header("content-type") == "application/problem+json"
        document = self.json()
        assert document["status"] == self.status
        assert {"type", "title", "detail"} <= set(document)
        assert ("instance" in document) == (self.header("x-request-id") is not None)
        return str(document["code"])


HOST = (b"host", b"auth.example")
JSON = (b"content-type", b"application/json")
FORM = (b"content-type", b"application/x-www-form-urlencoded")


async def ask(
    app: ASGIApp,
    method: str,
    path: str,
    *headers: tuple[bytes, bytes],
    body: bytes | Iterable[bytes] = b"",
    query: bytes = b"",
    host: bool = True,
    hangs_up: bool = False,
) -> Answer | None:
    """Return the answer, None when there was none. Several pieces of body come without a length."""
    pieces = [body] if isinstance(body, bytes) else list(body)
    sized = isinstance(body, bytes)
    sent: list[tuple[bytes, bytes]] = [HOST] if host else []
    sent += headers
    named = {name for name, _ in sent}
    if sized and body and not named & {b"content-length", b"transfer-encoding"}:
        sent.append((b"content-length", str(len(pieces[0])).encode()))
    if not sized:
        sent.append((b"transfer-encoding", b"chunked"))
    incoming: list[Message] = [
        {"type": "http.request", "body": piece, "more_body": hangs_up or number < len(pieces)}
        for number, piece in enumerate(pieces, 1)
    ]
    outgoing: list[Message] = []

    async def receive() -> Message:
        return incoming.pop(0) if incoming else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        outgoing.append(message)

    await app(
        {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query,
            "root_path": "",
            "headers": sent,
            "client": ("198.51.100.7", 40000),
            "server": ("auth.example", 80),
        },
        receive,
        send,
    )
    if not outgoing:
        return None
    start, *rest = outgoing
    return Answer(
        status=start["status"],
        headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]],
        body=b"".join(message.get("body", b"") for message in rest),
    )
