"""Which device a request comes from: a token that a log-in has handed out, in a header or in a cookie.

It lets nobody in. With it, attempts of others do not count against whoever holds it.
"""

from typing import Any, Final

from fastapi import Request, Response

from auth_core.redacted import Redacted
from auth_http.documented import Responses
from auth_http.needs import OPEN_TO_ALL
from auth_http.settings import Settings

HEADER: Final = "Device-Token"
_DAY: Final = 86400
_SCHEMA: Final = {"type": "string", "pattern": "^[A-Za-z0-9_-]{84}$"}
_EXAMPLE: Final = "A" * 84

HEEDS_DEVICES: Final[dict[str, Any]] = {
    **OPEN_TO_ALL,
    "parameters": [
        {
            "name": HEADER,
            "in": "header",
            "required": False,
            "description": "What the last log-in of this person on this device has returned under this name. Whoever "
            "sends it is not kept waiting by the failures of others. Browsers send a cookie instead, which is set "
            "where this header is missing. Any other value, such as an empty one, is none.",
            "schema": {"type": "string", "examples": [_EXAMPLE]},
        }
    ],
}
"""The `openapi_extra` of a route that lets anybody in and asks which device they use."""

_HANDED_OUT: Final[dict[str, Any]] = {
    HEADER: {
        "description": "Keep it on this device, for one person, and send it with their next log-in. It lets nobody in.",
        "schema": _SCHEMA,
        "example": _EXAMPLE,
    },
    "Set-Cookie": {
        "description": "The same for browsers, where the request had no header of this name; scripts cannot read it.",
        "schema": {"type": "string"},
        "example": f"__Host-device={_EXAMPLE}; HttpOnly; Max-Age=15552000; Path=/; SameSite=strict; Secure",
    },
}


def told_with(status: int) -> Responses:
    """Return the documentation of an answer that tells which device this is."""
    return {status: {"headers": _HANDED_OUT}}


def device_token(request: Request, settings: Settings) -> Redacted[str] | None:
    """Return what the request says in one way: by the header, or else by the cookie. Two headers say nothing."""
    told = request.headers.getlist(HEADER)
    if told:
        return Redacted(told[0]) if len(told) == 1 else None
    if not settings.throttle_device_cookie:
        return None
    kept = request.cookies.get(_cookie(settings))
    return None if kept is None else Redacted(kept)


def hand_out(response: Response, token: Redacted[str], *, to: Request, settings: Settings) -> Response:
    """Add the token to an answer. Whoever speaks of devices by the header, be it empty, gets no cookie.

    A service that signs in many people over one client would mix up theirs.
    """
    response.headers[HEADER] = token.reveal()
    if settings.throttle_device_cookie and HEADER not in to.headers:
        response.set_cookie(
            _cookie(settings),
            token.reveal(),
            max_age=int(settings.throttle_device_days * _DAY),
            path="/",
            secure=_is_https(settings),
            httponly=True,
            samesite="strict",
        )
    return response


def _cookie(settings: Settings) -> str:
    """Return its name: with the prefix nobody but this host can set it (RFC 6265bis §4.1.3.2), which needs TLS."""
    return "__Host-device" if _is_https(settings) else "device"


def _is_https(settings: Settings) -> bool:
    return settings.public_url.startswith("https://")
