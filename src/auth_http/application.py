"""The web application: the guards, behind them the routes, and the documentation of both."""

from typing import Final

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.types import Lifespan

from auth_http.exception_handlers import add_exception_handlers
from auth_http.guards.access_log import AccessLog
from auth_http.guards.body import BodyGuard
from auth_http.guards.fair_turns import FairTurns
from auth_http.guards.head import HeadAsGet
from auth_http.guards.headers import HeaderGuard
from auth_http.guards.last_resort import LastResort
from auth_http.guards.request_id import RequestIds
from auth_http.guards.security_headers import SecurityHeaders
from auth_http.openapi import DESCRIPTION, TAGS, DocumentedApp, service_version
from auth_http.routers import (
    docs,
    health,
    login,
    password,
    profile,
    registration,
    revocations,
    sessions,
    token,
    verify,
    well_known,
)
from auth_http.routers.admin import rights, roles
from auth_http.settings import Settings
from auth_http.wiring import Wiring

# In this order they are searched: what other services and signed-in people ask all the time comes first.
_GROUPS: Final = (
    verify.router,
    profile.router,
    login.router,
    token.router,
    sessions.router,
    revocations.router,
    well_known.router,
    health.router,
    registration.router,
    password.router,
    rights.router,
    roles.router,
)


def application(wiring: Wiring, *, lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """Return the service as an ASGI application; `lifespan` starts and stops what `wiring` gives."""
    settings = wiring.settings()
    app = DocumentedApp(
        title="auth-service",
        version=service_version(),
        description=DESCRIPTION,
        openapi_tags=TAGS,
        openapi_url="/openapi.json" if settings.docs else None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # A redirect would carry credentials along.
        telemetry={"logs": False},  # The framework's would hold what exceptions say, and they say too much.
        middleware=_guards(settings),
        lifespan=lifespan,
    )
    app.state.container = wiring
    add_exception_handlers(app)
    for router in (*_GROUPS, docs.router) if settings.docs else _GROUPS:
        # Not `include_router`: an included router is a tree, which is searched twice for every request.
        app.router.routes.extend(router.routes)
    return app


def _guards(settings: Settings) -> list[Middleware]:
    """Return who stands before the routes, the first to see a request first."""
    return [
        Middleware(RequestIds),
        Middleware(SecurityHeaders, https_only=settings.public_url.startswith("https://")),
        Middleware(AccessLog),
        Middleware(LastResort),
        Middleware(HeaderGuard),
        Middleware(BodyGuard, forms=frozenset({token.PATH})),
        Middleware(FairTurns),  # Here everything has arrived, and what costs something begins.
        Middleware(HeadAsGet),
    ]
