"""The documentation page: Swagger UI from this service itself, nothing from elsewhere."""

import functools
import html
import json
from collections.abc import Mapping
from importlib import resources
from typing import Final

from fastapi import APIRouter, HTTPException, Request, Response

from auth_http.conditional import answer_unless_known
from auth_http.needs import OPEN_TO_ALL

router = APIRouter(include_in_schema=False)

# Swagger UI puts styles into the page itself; scripts come from here alone, and the page talks to nobody else.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_FILES: Final[Mapping[str, str]] = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
# Addresses are relative, so that the page works behind a proxy that puts a prefix before them.
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="icon" href="docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_OPTIONS: Final = {
    "url": "openapi.json",
    "dom_id": "#swagger-ui",
    "deepLinking": True,
    "displayRequestDuration": True,
    "tryItOutEnabled": True,
    "validatorUrl": None,
}
_START: Final = f"window.ui = SwaggerUIBundle({json.dumps(_OPTIONS)});\n"


@router.get("/docs", openapi_extra=OPEN_TO_ALL)
async def read_page(request: Request) -> Response:
    """The page."""
    return Response(
        _PAGE.format(title=html.escape(request.app.title)),
        headers={"Content-Security-Policy": _POLICY},
        media_type="text/html",
    )


@router.get("/docs/start.js", openapi_extra=OPEN_TO_ALL)
async def read_start() -> Response:
    """The script that starts it: inline, it would be refused."""
    return Response(_START, media_type="text/javascript")


@router.get("/docs/{name}", openapi_extra=OPEN_TO_ALL)
async def read_file(name: str, request: Request) -> Response:
    """A file of Swagger UI."""
    if name not in _FILES:
        raise HTTPException(404)
    return answer_unless_known(request, _content(name), media_type=_FILES[name], cache_control="no-cache")


@functools.cache
def _content(name: str) -> bytes:
    return resources.files("fastapi_swagger.resources").joinpath(name).read_bytes()
