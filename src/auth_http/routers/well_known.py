"""What is found at well-known addresses (RFC 8615)."""

import json

from fastapi import APIRouter, Request, Response

from auth_core.errors import Unavailable
from auth_core.tokens.errors import NoSigningKey
from auth_http.conditional import answer_unless_known
from auth_http.dependencies import auth, wiring
from auth_http.documented import failures
from auth_http.schemas.operations import KeySet

router = APIRouter(tags=["Services"])


@router.get(
    "/.well-known/jwks.json",
    operation_id="read_jwks",
    summary="The public keys",
    response_model=KeySet,
    response_description="The key set (RFC 7517 §5).",
    responses=failures(NoSigningKey(Unavailable.SHORTLY)) | {304: {"description": "The key set has not changed."}},
)
async def read_jwks(request: Request) -> Response:
    """The keys by which others can check access tokens without asking. A new key is here before it signs.

    Keys for HS256 are not here: while the service signs with one, others must ask.
    """
    keys = auth(request).tokens.publish_keys()
    max_age = int(wiring(request).policies().tokens.jwks_cache.total_seconds())
    return answer_unless_known(
        request,
        json.dumps({"keys": [dict(key) for key in keys]}, separators=(",", ":")).encode("ascii"),
        media_type="application/json",
        cache_control=f"public, max-age={max_age}",
    )
