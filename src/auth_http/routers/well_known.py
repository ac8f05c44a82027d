"""What is found at well-known addresses (RFC 8615)."""

import json
from typing import Final

from fastapi import APIRouter, Request, Response

from auth_core.errors import Unavailable
from auth_core.tokens.errors import NoSigningKey
from auth_http.conditional import answer_unless_known
from auth_http.dependencies import auth, wiring
from auth_http.documented import failures
from auth_http.needs import OPEN_TO_ALL
from auth_http.routers import oauth, token
from auth_http.schemas.operations import KeySet
from auth_http.schemas.server_metadata import ServerMetadata

router = APIRouter(tags=["Services"])


_JWKS: Final = "/.well-known/jwks.json"


@router.get(
    "/.well-known/oauth-authorization-server",
    operation_id="read_server_metadata",
    summary="What this authorization server can do",
    response_model=ServerMetadata,
    response_description="The metadata (RFC 8414 §2).",
    openapi_extra=OPEN_TO_ALL,
    responses=failures() | {304: {"description": "The metadata has not changed."}},
)
async def read_server_metadata(request: Request) -> Response:
    """Where the endpoints of OAuth 2.0 are and what they know. Nothing else is there: no authorization endpoint."""
    parts = wiring(request)
    base = parts.settings().public_url
    metadata = ServerMetadata(
        issuer=parts.settings().issuer,
        token_endpoint=f"{base}{token.PATH}",
        jwks_uri=f"{base}{_JWKS}",
        introspection_endpoint=f"{base}{oauth.INTROSPECT}",
        revocation_endpoint=f"{base}{oauth.REVOKE}",
    )
    return _kept_by_others(request, metadata.model_dump_json().encode("utf-8"))


@router.get(
    _JWKS,
    operation_id="read_jwks",
    summary="The public keys",
    response_model=KeySet,
    response_description="The key set (RFC 7517 §5).",
    openapi_extra=OPEN_TO_ALL,
    responses=failures(NoSigningKey(Unavailable.SHORTLY)) | {304: {"description": "The key set has not changed."}},
)
async def read_jwks(request: Request) -> Response:
    """The keys by which others can check access tokens without asking. A new key is here before it signs.

    Keys for HS256 are not here: while the service signs with one, others must ask.
    """
    keys = auth(request).tokens.publish_keys()
    return _kept_by_others(
        request, json.dumps({"keys": [dict(key) for key in keys]}, separators=(",", ":")).encode("ascii")
    )


def _kept_by_others(request: Request, document: bytes) -> Response:
    max_age = int(wiring(request).policies().tokens.jwks_cache.total_seconds())
    return answer_unless_known(
        request, document, media_type="application/json", cache_control=f"public, max-age={max_age}"
    )
