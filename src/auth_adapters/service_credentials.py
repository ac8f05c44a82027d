"""What a service shows of itself when it asks the auth service."""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote_plus

from auth_core.redacted import Redacted

type TokenSource = Callable[[], Awaitable[Redacted[str]]]
"""Gives an access token that is good at this moment."""


class Credentials(Protocol):
    """Who is asking."""

    async def authorization(self) -> Redacted[str]:
        """Return the value of the `Authorization` header. Called for every request."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCredentials:
    """A service client, as `auth-service clients create` has told of it: HTTP Basic."""

    client_id: str
    client_secret: Redacted[str]

    async def authorization(self) -> Redacted[str]:
        """Return `Basic …`. Id and secret are encoded as in a form first (RFC 6749 §2.3.1)."""
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.client_secret.reveal())}"
        return Redacted(f"Basic {base64.b64encode(pair.encode('ascii')).decode('ascii')}")


@dataclass(frozen=True, slots=True)
class BearerCredentials:
    """An account, by an access token of its own."""

    token: TokenSource

    async def authorization(self) -> Redacted[str]:
        """Return `Bearer …`."""
        return Redacted(f"Bearer {(await self.token()).reveal()}")
