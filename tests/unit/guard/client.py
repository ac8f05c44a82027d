"""Asks a guarded application, and opens WebSockets to it."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Scope

from tests.unit.http.asgi import Answer, ask


async def get(
    app: ASGIApp,
    path: str,
    *fields: bytes,
    method: str = "GET",
    query: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Ask with `fields` as values of `Authorization`, and with `headers`."""
    sent = [(b"authorization", field) for field in fields]
    sent += [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    answer = await ask(app, method, path, *sent, query=query)
    assert answer is not None
    return answer


@dataclass(slots=True)
class Handshake:
    """What became of a WebSocket: the messages the application sent."""

    sent: list[Message]

    @property
    def accepted(self) -> bool:
        return bool(self.sent[0]["type"] == "websocket.accept")


async def shake_hands(app: ASGIApp, path: str, *, headers: Mapping[str, str], can_deny: bool) -> Handshake:
    """Try to open a WebSocket on a server that can answer a handshake over HTTP, or cannot."""
    incoming: list[Message] = [{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000}]
    outgoing: list[Message] = []
    scope: Scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": path,
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}} if can_deny else {},
    }

    async def receive() -> Message:
        return incoming.pop(0)

    async def send(message: Message) -> None:
        outgoing.append(message)

    await app(scope, receive, send)
    return Handshake(outgoing)
