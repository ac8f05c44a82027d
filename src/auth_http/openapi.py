"""The documentation of the service as a document (OpenAPI 3.1)."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final, override

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from auth_http.needs import needs_of
from auth_http.problems import MEDIA_TYPE
from auth_http.schemas.oauth import OAUTH_ERROR
from auth_http.schemas.problem import PROBLEM

DESCRIPTION: Final = f"""\
Accounts, sessions and tokens.

**Errors** are problem details (`{MEDIA_TYPE}`, RFC 9457): `code` is stable and meant for programs, `detail` for people,
and `errors` names every place that is wrong. `/auth/token` and `/oauth` answer as RFC 6749 has it.

**Try it**: press *Authorize* and sign in with your e-mail address and password.
"""

TAGS: Final[list[dict[str, Any]]] = [
    {"name": "People", "description": "Accounts and what belongs to them."},
    {"name": "Signing in", "description": "From credentials to tokens, and out again."},
    {"name": "Sessions", "description": "Where one is signed in."},
    {"name": "Administration", "description": "For administrators: each route needs a permission."},
    {"name": "Services", "description": "For services that accept our tokens."},
    {"name": "Operators", "description": "For whoever runs the service."},
]


class DocumentedApp(FastAPI):
    """A FastAPI application whose document knows our problems and not the framework's."""

    @override
    def setup(self) -> None:
        """Serve the document, and none of the framework's pages.

        It is written once for each path the service is mounted under, which its server says and nobody else: that takes
        milliseconds, and anybody may ask.
        """
        if not self.openapi_url:
            return
        written: dict[str, bytes] = {}

        async def openapi(request: Request) -> Response:
            mounted: str = request.scope.get("root_path", "").rstrip("/")
            if mounted not in written:
                document = self.openapi()
                servers = {"servers": [{"url": mounted}]} if mounted else {}
                written[mounted] = bytes(JSONResponse(document | servers).body)
            return Response(written[mounted], media_type="application/json")

        self.add_route(self.openapi_url, openapi, include_in_schema=False)

    @override
    def openapi(self) -> dict[str, Any]:
        """Return the document."""
        if self.openapi_schema is None:
            document = super().openapi()
            schemas: dict[str, Any] = document["components"]["schemas"]
            schemas.pop("HTTPValidationError", None)
            schemas.pop("ValidationError", None)
            schemas |= {"Problem": PROBLEM, "OAuthError": OAUTH_ERROR}
            for route in self.routes:
                if isinstance(route, APIRoute) and route.include_in_schema:
                    for method in route.methods or ():
                        operation = document["paths"][route.path_format][method.lower()]
                        _drop_framework_errors(operation["responses"])
                        if permissions := needs_of(route).permissions:
                            operation["x-required-permissions"] = sorted(permissions)
        return super().openapi()


def _drop_framework_errors(responses: dict[str, Any]) -> None:
    schema = responses.get("422", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if schema.get("$ref") == "#/components/schemas/HTTPValidationError":
        del responses["422"]


def service_version() -> str:
    """Return the version of the installed service."""
    try:
        return version("auth-service")
    except PackageNotFoundError:
        return "0"
