"""Routes that are asked all the time: called with what they need, without looking for it again at every request."""

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction, signature
from typing import Any, cast, override

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

type Guard = Callable[[Request], Awaitable[object]]


class DirectRoute(APIRoute):
    """A route whose function takes the request, perhaps a document and what guards say, and returns the answer.

    To the documentation and to `needs_of` it is a route like any other. A document that does not fit is left to the
    framework, which tells what is wrong with it.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **settings: Any) -> None:  # noqa: ANN401 - as the framework's
        """Raises: TypeError for a function that takes anything else."""
        super().__init__(path, endpoint, **settings)
        self._framework: ASGIApp = self.app
        self._request = self.dependant.request_param_name
        self._guards = {str(each.name): _guard_of(each) for each in self.dependant.dependencies}
        self._documents = {
            each.name: cast("type[BaseModel]", each.field_info.annotation) for each in self.dependant.body_params
        }
        known = {self._request, *self._guards, *self._documents}
        if (
            len(self._documents) > 1
            or set(signature(endpoint).parameters) != known
            or not iscoroutinefunction(endpoint)
        ):
            raise TypeError(f"{endpoint!r} cannot be called directly")
        self.app = self._call

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        # Whatever an address begins with, the whole of ours is at its end.
        return super().matches(scope) if scope["path"].endswith(self.path) else (Match.NONE, {})

    async def _call(self, scope: Scope, receive: Receive, send: Send) -> None:
        unread = await self.directly(scope, receive, send)
        if unread is not None:
            await self._framework(scope, unread, send)

    async def directly(self, scope: Scope, receive: Receive, send: Send) -> Receive | None:
        """Answer, or return what gives the document once more when it does not fit: the framework says why.

        Raises: what the guards and the function raise.
        """
        request = Request(scope, receive, send)
        given: dict[str, object] = {name: await guard(request) for name, guard in self._guards.items()}
        for name, document in self._documents.items():
            body = await _body(receive)
            try:
                given[name] = document.model_validate_json(body)
            except ValidationError:
                return _once_more(body)
        if self._request is not None:
            given[self._request] = request
        response: Response = await self.endpoint(**given)
        await response(scope, receive, send)
        return None


def _guard_of(dependency: Dependant) -> Guard:
    """Return what is to be asked. Raises: TypeError for what takes more than the request."""
    guard = cast("Guard", dependency.call)
    if set(signature(guard).parameters) != {dependency.request_param_name}:
        raise TypeError(f"{guard!r} takes more than the request")
    return guard


async def _body(receive: Receive) -> bytes:
    """Return the whole body. Raises: ClientDisconnect."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        piece: bytes = message.get("body", b"")
        body += piece
        if not message.get("more_body", False):
            return body


def _once_more(body: bytes) -> Receive:
    """Return a `receive` that gives a body that was read before."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
