"""What a service shows of itself when it asks the auth service: its client id and secret, by HTTP Basic."""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote_plus

from auth_core.redacted import Redacted

type Authorization = Callable[[], Awaitable[Redacted[str]]]
"""Gives the value of an `Authorization` header, each time one is needed."""

type TokenSource = Callable[[], Awaitable[Redacted[str]]]
"""Gives an access token that is good at this moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCredentials:
    """A service client, as `auth-service clients create` has told of it. It is an `Authorization`."""

    client_id: str
    client_secret: Redacted[str]

    async def __call__(self) -> Redacted[str]:
        """Return `Basic …`. Both are encoded as a form first, as RFC 6749 §2.3.1 has it."""
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.client_secret.reveal())}"
        return Redacted(f"Basic {base64.b64encode(pair.encode('ascii')).decode('ascii')}")


def bearer(token: TokenSource) -> Authorization:
    """Return what sends the token that `token` gives."""

    async def authorization() -> Redacted[str]:
        return Redacted(f"Bearer {(await token()).reveal()}")

    return authorization
