"""How a WebSocket is refused: over HTTP where the server can do that, with a close where it cannot."""

from typing import Final

from starlette.types import Scope

POLICY_VIOLATION: Final = 1008
"""The code of the close when there is nothing more to say (RFC 6455 §7.4.1)."""


def can_be_answered(scope: Scope) -> bool:
    """Say whether what is asked for can be answered over HTTP: every request, and a handshake on many servers."""
    return scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {})
