"""The web application: the middleware, behind it the routes, and the documentation of both."""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route
from starlette.types import Lifespan

from auth_http.exception_handlers import add_exception_handlers
from auth_http.metrics.requests import RequestTally
from auth_http.middleware.access_log import AccessLog
from auth_http.middleware.body import BodyGuard
from auth_http.middleware.cors import Cors
from auth_http.middleware.direct_routes import DirectRoutes
from auth_http.middleware.fair_turns import FairTurns
from auth_http.middleware.head import HeadAsGet
from auth_http.middleware.headers import HeaderGuard
from auth_http.middleware.last_resort import LastResort
from auth_http.middleware.request_id import RequestIds
from auth_http.middleware.request_meter import RequestMeter
from auth_http.middleware.security_headers import SecurityHeaders
from auth_http.needs import needs_of
from auth_http.openapi import DESCRIPTION, TAGS, DocumentedApp, service_version
from auth_http.routers import (
    account_pages,
    docs,
    health,
    invitations,
    login,
    oauth,
    own_data,
    password,
    profile,
    recovery,
    registration,
    revocations,
    sessions,
    set_up,
    token,
    verify,
    well_known,
)
from auth_http.routers.admin import (
    bulk,
    clients,
    events,
    rights,
    roles,
    user_changes,
    user_sessions,
    users,
    webhooks,
)
from auth_http.routers.admin import invitations as admin_invitations
from auth_http.settings import Settings
from auth_http.settings.mail import MailMode
from auth_http.wiring import Wiring

# In this order they are documented and searched.
_GROUPS: Final = (
    verify.router,
    profile.direct,
    login.direct,
    profile.router,
    own_data.router,
    login.router,
    token.router,
    sessions.router,
    oauth.router,
    revocations.router,
    well_known.router,
    health.router,
    registration.router,
    set_up.router,
    password.router,
    recovery.router,
    invitations.router,
    clients.router,
    bulk.router,
    users.router,
    rights.router,
    user_changes.router,
    admin_invitations.router,
    user_sessions.router,
    roles.router,
    events.router,
    webhooks.router,
)


def application(
    wiring: Wiring, *, lifespan: Lifespan[FastAPI] | None = None, tally: RequestTally | None = None
) -> FastAPI:
    """Return the service as an ASGI application; `lifespan` starts and stops what `wiring` gives.

    Requests are counted in `tally`, if there is one.
    """
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
        middleware=_middleware(settings, tally),
        lifespan=lifespan,
    )
    app.state.container = wiring
    app.state.bulk_turns = asyncio.Semaphore()
    add_exception_handlers(app)
    for router in (*_GROUPS, *_pages(settings)):
        for route in router.routes:
            needs_of(route)  # One that does not say whom it lets in is not served.
            _end_with_the_address(route)
        # Not `include_router`: an included router is a tree, which is searched twice for every request.
        app.router.routes.extend(router.routes)
    return app


def _end_with_the_address(route: BaseRoute) -> None:
    """Let the route match whole addresses: the framework's also match before a line feed at the end.

    The same route would have two names, and whoever compares paths, such as `BodyGuard`, would know one.
    """
    if isinstance(route, Route):
        route.path_regex = re.compile(route.path_regex.pattern.removesuffix("$").removesuffix(r"\Z") + r"\Z")


def _pages(settings: Settings) -> Iterator[APIRouter]:
    """Return what is for people's browsers, as far as it is wanted."""
    if settings.docs:
        yield docs.router
    if settings.mail is not MailMode.OFF and settings.pages_url == settings.public_url.removesuffix("/"):
        yield account_pages.router


def _middleware(settings: Settings, tally: RequestTally | None) -> list[Middleware]:
    """Return who stands before the routes, the first to see a request first."""
    return [
        *([Middleware(RequestMeter, tally=tally)] if tally is not None else ()),
        Middleware(RequestIds),
        Middleware(SecurityHeaders, https_only=settings.public_url.startswith("https://")),
        Middleware(AccessLog),
        *(
            [Middleware(Cors, origins=frozenset(each.encode("ascii") for each in settings.cors_origins))]
            if settings.cors_origins
            else ()
        ),
        Middleware(LastResort),
        Middleware(HeaderGuard),
        Middleware(
            BodyGuard,
            forms=frozenset({token.PATH, oauth.INTROSPECT, oauth.REVOKE}),
            larger={bulk.PATH: bulk.LARGEST_BODY},
            deadline=timedelta(seconds=settings.request_seconds),
        ),
        Middleware(FairTurns),  # Here everything has arrived, and what costs something begins.
        Middleware(HeadAsGet),
        Middleware(DirectRoutes, routes=[route for router in _GROUPS for route in router.routes]),
    ]
