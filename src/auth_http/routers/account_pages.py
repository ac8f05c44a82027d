"""The pages links in mails lead to, as long as nobody has pages of their own (`AUTH_PAGES_URL`)."""

import functools
from collections.abc import Mapping
from importlib import resources
from typing import Final

from fastapi import APIRouter, HTTPException, Request, Response

from auth_http.conditional import answer_unless_known
from auth_http.needs import OPEN_TO_ALL

router = APIRouter(include_in_schema=False)

# Nothing from elsewhere, nothing inline, and what is typed goes nowhere but to us.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_FILES: Final[Mapping[str, str]] = {"account.js": "text/javascript", "account.css": "text/css"}
# Addresses are relative, so that the pages work behind a proxy that puts a prefix before them.
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Your account</title>
<link rel="stylesheet" href="pages/account.css">
</head>
<body data-page="{page}">
<main>
<h1>Your account</h1>
<noscript><p>This page needs JavaScript.</p></noscript>
<form hidden>
<label hidden><span></span><input type="password" name="new_password" autocomplete="new-password"></label>
<button></button>
</form>
<div role="status"></div>
</main>
<script src="pages/account.js"></script>
</body>
</html>
"""


def _page(name: str) -> Response:
    return Response(_PAGE.format(page=name), headers={"Content-Security-Policy": _POLICY}, media_type="text/html")


@router.get("/verify-email", openapi_extra=OPEN_TO_ALL)
async def read_verify_email() -> Response:
    """The page on which an address is proven."""
    return _page("verify-email")


@router.get("/reset-password", openapi_extra=OPEN_TO_ALL)
async def read_reset_password() -> Response:
    """The page on which a password is chosen."""
    return _page("reset-password")


@router.get("/confirm-email", openapi_extra=OPEN_TO_ALL)
async def read_confirm_email() -> Response:
    """The page on which a new address is confirmed."""
    return _page("confirm-email")


@router.get("/undo-email-change", openapi_extra=OPEN_TO_ALL)
async def read_undo_email_change() -> Response:
    """The page on which an address is taken back."""
    return _page("undo-email-change")


@router.get("/pages/{file}", openapi_extra=OPEN_TO_ALL)
async def read_file(file: str, request: Request) -> Response:
    """What the pages are made of."""
    if file not in _FILES:
        raise HTTPException(404)
    return answer_unless_known(request, _content(file), media_type=_FILES[file], cache_control="no-cache")


@functools.cache
def _content(name: str) -> bytes:
    return resources.files("auth_http.pages").joinpath(name).read_bytes()
