"""What is raised while a request is served, turned into the answer that tells it."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import compile_path
from starlette.types import Scope

from auth_core.errors import AuthError
from auth_core.idempotency.errors import AnsweredBefore
from auth_http.idempotency import answer_again
from auth_http.problems import Problem, answer, problem_of
from auth_http.request_problems import BAD_REQUEST, METHOD_NOT_ALLOWED, NOT_FOUND, RequestRefused
from auth_http.validation import problem_of_validation


def add_exception_handlers(app: FastAPI) -> None:
    """Teach `app` to tell whatever its routes raise on purpose; the rest is for the last resort."""
    for kind in (AuthError, AnsweredBefore, RequestRefused, RequestValidationError):
        app.add_exception_handler(kind, _tell)
    app.add_exception_handler(HTTPException, _tell_http)


def answer_to(error: Exception, scope: Scope) -> Response | None:
    """Return the answer that tells what a route has raised on purpose, None for anything else."""
    match error:
        case AuthError():
            return answer(problem_of(error), scope)
        case AnsweredBefore():
            return answer_again(error)
        case RequestRefused(problem=problem):
            return answer(problem, scope)
        case RequestValidationError():
            return answer(problem_of_validation(error, scope), scope)
        case _:
            return None


async def _tell(request: Request, error: Exception) -> Response:
    told = answer_to(error, request.scope)
    if told is None:
        raise error
    return told


async def _tell_http(request: Request, error: Exception) -> Response:
    """Tell what the framework raises: no such route, no such method, a body it cannot read."""
    if not isinstance(error, HTTPException):
        raise error
    match error.status_code:
        case 404:
            return answer(NOT_FOUND, request.scope)
        case 405:
            return answer(_method_not_allowed(request), request.scope)
        case _:
            return answer(BAD_REQUEST, request.scope)


def _method_not_allowed(request: Request) -> Problem:
    """Name every method of the address (RFC 9110 §15.5.6): the framework knows of the first route that fits.

    An address that a route spells out is not also one of those where the name is a variable.
    """
    path: str = request.scope["path"]
    fitting = [
        (route.path, route.methods)
        for route in iter_route_contexts(request.app.routes)
        if route.path and route.methods and compile_path(route.path)[0].match(path)
    ]
    spelled_out = [methods for each, methods in fitting if each == path]
    allowed = set[str]().union(*(spelled_out or (methods for _, methods in fitting)))
    if "GET" in allowed:
        allowed.add("HEAD")
    return Problem(
        status=METHOD_NOT_ALLOWED.status,
        code=METHOD_NOT_ALLOWED.code,
        detail=METHOD_NOT_ALLOWED.detail,
        headers={"Allow": ", ".join(sorted(allowed))},
    )
