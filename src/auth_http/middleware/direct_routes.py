"""Leads requests for direct routes straight to them, past the framework's search."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from auth_http.direct_route import DirectRoute
from auth_http.exception_handlers import answer_to

_TRACED = "fastapi.telemetry"
"""Where the framework keeps what it tells OpenTelemetry of a request, when somebody has set that up."""


@dataclass(slots=True)
class DirectRoutes:
    """Stands where the framework begins to search, and spares it that for the direct ones among `routes`.

    What is mounted under another address, traced, or does not fit its document goes the framework's way, at whose end
    the same route is.
    """

    app: ASGIApp
    routes: Iterable[BaseRoute]
    _by_address: dict[tuple[str, str], DirectRoute] = field(init=False)

    def __post_init__(self) -> None:
        direct = [route for route in self.routes if isinstance(route, DirectRoute)]
        self._by_address = {(method, route.path): route for route in direct for method in route.methods or ()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to its route, or on."""
        route = None
        if scope["type"] == "http" and not scope.get("root_path") and scope.get(_TRACED) is None:
            route = self._by_address.get((scope["method"], scope["path"]))
        if route is None:
            await self.app(scope, receive, send)
            return
        scope["route"] = route  # For the log and the metrics.
        try:
            unread = await route.directly(scope, receive, send)
        except Exception as error:
            told = answer_to(error, scope)
            if told is None:
                raise
            await told(scope, receive, send)
            error.__traceback__ = None  # The way it came may lead back to it, and both would stay.
            return
        if unread is not None:
            await self.app(scope, unread, send)
