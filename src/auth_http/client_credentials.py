"""Which service a request says to come from: a client id and secret, shown in one of two ways (RFC 6749 §2.3.1)."""

import base64
import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final
from urllib.parse import unquote_plus

import structlog
from fastapi import Request
from fastapi.openapi.models import HTTPBase
from fastapi.security.base import SecurityBase

from auth_core.oauth.errors import InvalidClient
from auth_core.oauth.model import ClientCredentials, ClientPermission
from auth_core.redacted import Redacted
from auth_http.needs import Caller, Needs

_BASIC: Final = re.compile(r"(?i:basic) ([A-Za-z0-9+/]+={0,2})", re.ASCII)
_NOBODY: Final = ClientCredentials(client_id="", secret=Redacted(""))
"""Who cannot say who they are in one reading is believed as little as who says nothing that is true."""

_log = structlog.get_logger("auth_http.clients")


class BasicCredentials(SecurityBase):
    """Reads the credentials of a service client from the `Authorization` header of a request (RFC 7617).

    `permission` is the one that the use case will ask of the client.
    """

    def __init__(self, permission: ClientPermission) -> None:
        self.needs = Needs(callers=frozenset({Caller.CLIENT}), permissions=frozenset({permission.value}))
        self.scheme_name = "client"
        self.model = HTTPBase(
            scheme="basic", description="The id and secret of a service client, of `auth-service clients create`."
        )

    async def __call__(self, request: Request) -> ClientCredentials | None:
        """Return who the caller says to be; None when it says nothing, or says it another way."""
        header = request.headers.get("authorization", "")
        return _read(header) if header[:5].lower() == "basic" else None


@contextmanager
def asking(credentials: ClientCredentials) -> Generator[None]:
    """Let the log know who asks in the block: the id of a client that was believed, and that one was not.

    What a caller says to be is not written down, for secrets get into the wrong place. The id of a client of ours is.
    """
    try:
        yield
    except InvalidClient as error:
        _log.warning("client_not_believed", client_id=str(error.client_id) if error.client_id else None)
        raise
    structlog.contextvars.bind_contextvars(client_id=credentials.client_id)


def _read(header: str) -> ClientCredentials:
    """Take the header apart, and each half out of the form it was encoded as."""
    basic = _BASIC.fullmatch(header)
    if basic is None:
        return _NOBODY
    try:
        client_id, _, secret = base64.b64decode(basic[1]).decode("utf-8").partition(":")
        return ClientCredentials(
            client_id=unquote_plus(client_id, errors="strict"), secret=Redacted(unquote_plus(secret, errors="strict"))
        )
    except ValueError:
        return _NOBODY
