"""The access token of a request, read strictly: one, in its one place."""

import re
from typing import Final

from starlette.types import Scope

from auth_core.tokens.compact import LARGEST_TOKEN
from auth_core.tokens.errors import InvalidToken, MissingToken
from auth_http.header_fields import values_of
from auth_http.request_problems import TOKEN_IN_QUERY, TOKEN_TOO_LARGE, TWO_TOKENS, RequestRefused

# The syntax of RFC 6750 §2.1; schemes are compared without regard to case (RFC 9110 §11.1).
_SCHEME: Final = b"bearer"
_BEARER: Final = re.compile(rb"(?i:bearer) ([A-Za-z0-9._~+/-]+=*)")
_IN_QUERY: Final = re.compile(rb"(?:^|[&;])access_token=")
_LARGEST_FIELD: Final = len(_SCHEME) + 1 + LARGEST_TOKEN


def read_bearer(scope: Scope) -> str | None:
    """Return the token in the one `Authorization` field of a request, None when it has no such field.

    Cookies and bodies are not looked at. Raises: MissingToken for credentials of another kind, InvalidToken for what
    is no token, RequestRefused for two fields, a token in the query, or a token that is larger than any.
    """
    if _IN_QUERY.search(scope.get("query_string", b"")) is not None:
        raise RequestRefused(TOKEN_IN_QUERY)
    fields = values_of(scope, b"authorization")
    if not fields:
        return None
    if len(fields) > 1:
        raise RequestRefused(TWO_TOKENS)
    if fields[0][: len(_SCHEME)].lower() != _SCHEME:
        raise MissingToken
    if len(fields[0]) > _LARGEST_FIELD:
        raise RequestRefused(TOKEN_TOO_LARGE)
    bearer = _BEARER.fullmatch(fields[0])
    if bearer is None:
        raise InvalidToken
    return bearer[1].decode("ascii")
