"""What an authorization server says of itself (RFC 8414)."""

from typing import Literal

from pydantic import ConfigDict

from auth_http.schemas.document import Answered, example

type ClientMethod = Literal["client_secret_basic", "client_secret_post"]

_METHODS: tuple[ClientMethod, ...] = ("client_secret_basic", "client_secret_post")


class ServerMetadata(Answered):
    """Where everything is, and what it knows: no more than is true (RFC 8414 §2).

    There is no authorization endpoint, hence no response type; that member must be there all the same. Clients of the
    token endpoint are first-party applications, which have no secret.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            issuer="https://auth.example.com",
            token_endpoint="https://auth.example.com/auth/token",  # noqa: S106 - an address
            jwks_uri="https://auth.example.com/.well-known/jwks.json",
            introspection_endpoint="https://auth.example.com/oauth/introspect",
            revocation_endpoint="https://auth.example.com/oauth/revoke",
            response_types_supported=[],
            grant_types_supported=["password", "refresh_token"],
            token_endpoint_auth_methods_supported=["none"],
            introspection_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
            revocation_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
        )
    )

    issuer: str
    token_endpoint: str
    jwks_uri: str
    introspection_endpoint: str
    revocation_endpoint: str
    response_types_supported: tuple[str, ...] = ()
    grant_types_supported: tuple[str, ...] = ("password", "refresh_token")
    token_endpoint_auth_methods_supported: tuple[Literal["none"], ...] = ("none",)
    introspection_endpoint_auth_methods_supported: tuple[ClientMethod, ...] = _METHODS
    revocation_endpoint_auth_methods_supported: tuple[ClientMethod, ...] = _METHODS
