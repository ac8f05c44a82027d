"""What a service shows of itself when it asks the auth service: its client id and secret, by HTTP Basic."""

import base64
from dataclasses import dataclass
from urllib.parse import quote_plus

from auth_core.redacted import Redacted


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCredentials:
    """A service client, as `auth-service clients create` has told of it."""

    client_id: str
    client_secret: Redacted[str]

    def authorization(self) -> Redacted[str]:
        """Return the value of the `Authorization` header: both encoded as in a form first (RFC 6749 §2.3.1)."""
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.client_secret.reveal())}"
        return Redacted(f"Basic {base64.b64encode(pair.encode('ascii')).decode('ascii')}")
