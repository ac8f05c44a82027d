"""Service clients, as administrators see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from auth_core.oauth.model import IssuedSecret, ServiceClient
from auth_http.schemas.document import Answered, Asked, example, without_default

_EXAMPLE: Final[JsonDict] = {
    "client_id": "0199a1f5-2c40-7d21-b0a7-3e5d6f7a8b90",
    "name": "invoices",
    "permissions": ["revocations:read", "tokens:introspect"],
    "created_at": "2026-11-24T08:15:00Z",
    "disabled_at": None,
    "secret_made_at": "2026-11-24T08:15:00Z",
    "replaced_secrets_good_until": [],
}
_EXAMPLE_SECRET: Final = "authcs_Jt2mXf9r0b3QkqvZ1yNw8sHcT5uLpAaGdEoVi4Re7xM"  # noqa: S105 - an example
_PERMISSIONS: Final = "What it may do: `tokens:introspect`, `tokens:revoke`, `revocations:read`."


class NewClient(Asked):
    """A new client. The name has 1 to 32 lower-case letters, digits, `-` or `_`, a letter first, and never changes."""

    model_config = ConfigDict(
        json_schema_extra=example(name="invoices", permissions=["tokens:introspect", "revocations:read"])
    )

    name: str
    permissions: list[str] = Field(description=_PERMISSIONS)


class ClientChange(Asked):
    """What is to change; what is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra=example(disabled=True))

    # Left out is not the same as null, which is refused: the defaults are never read.
    permissions: list[str] = Field(default=[], description=_PERMISSIONS, json_schema_extra=without_default)
    disabled: bool = Field(default=False, json_schema_extra=without_default)


class SecretRotation(Asked):
    """For how many seconds the present secret stays good, a day unless it is said; 0 makes all but the new one void."""

    model_config = ConfigDict(json_schema_extra=example(overlap_seconds=3600))

    overlap_seconds: int = Field(default=0, ge=0, le=10**9, json_schema_extra=without_default)


class ClientAnswer(Answered):
    """A service that may ask us something; of its secrets nothing but their times."""

    model_config = ConfigDict(json_schema_extra=example(**_EXAMPLE))

    client_id: UUID
    name: str
    permissions: tuple[str, ...]
    created_at: datetime
    disabled_at: datetime | None
    secret_made_at: datetime
    replaced_secrets_good_until: tuple[datetime, ...]

    @classmethod
    def of(cls, client: ServiceClient) -> Self:
        """Write `client`."""
        return cls(
            client_id=client.id,
            name=client.name,
            permissions=tuple(sorted(client.permissions)),
            created_at=client.created_at,
            disabled_at=client.disabled_at,
            secret_made_at=client.secret_made_at,
            replaced_secrets_good_until=tuple(each.good_until for each in client.replaced),
        )


class ClientsAnswer(Answered):
    """Every service that may ask us something, by name."""

    model_config = ConfigDict(json_schema_extra=example(items=[_EXAMPLE]))

    items: tuple[ClientAnswer, ...]

    @classmethod
    def of(cls, clients: Sequence[ServiceClient]) -> Self:
        """Write `clients`."""
        return cls(items=tuple(ClientAnswer.of(client) for client in clients))


class ClientSecretAnswer(Answered):
    """A client, and its new secret. Keep it: nobody can be told it again."""

    model_config = ConfigDict(json_schema_extra=example(client=_EXAMPLE, client_secret=_EXAMPLE_SECRET))

    client: ClientAnswer
    client_secret: str = Field(repr=False)

    @classmethod
    def of(cls, issued: IssuedSecret) -> Self:
        """Write what was issued."""
        return cls(client=ClientAnswer.of(issued.client), client_secret=issued.secret.reveal())
