"""What is raised while a request is served, turned into the answer that tells it."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from auth_core.errors import AuthError
from auth_core.idempotency.errors import AnsweredBefore
from auth_http.idempotency import answer_again
from auth_http.problems import Problem, answer, problem_of
from auth_http.request_problems import BAD_REQUEST, METHOD_NOT_ALLOWED, NOT_FOUND, RequestRefused
from auth_http.validation import problem_of_validation


def add_exception_handlers(app: FastAPI) -> None:
    """Teach `app` to tell whatever its routes raise on purpose; the rest is for the last resort."""
    app.add_exception_handler(AuthError, _tell_error)
    app.add_exception_handler(AnsweredBefore, _tell_again)
    app.add_exception_handler(RequestRefused, _tell_refusal)
    app.add_exception_handler(RequestValidationError, _tell_validation)
    app.add_exception_handler(HTTPException, _tell_http)


async def _tell_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, AuthError):
        raise error
    return answer(problem_of(error), request.scope)


async def _tell_again(_: Request, answered: Exception) -> Response:
    if not isinstance(answered, AnsweredBefore):
        raise answered
    return answer_again(answered)


async def _tell_refusal(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestRefused):
        raise error
    return answer(error.problem, request.scope)


async def _tell_validation(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    return answer(problem_of_validation(error, request.scope), request.scope)


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
    """Name every method of the address (RFC 9110 §15.5.6): the framework knows of the first route that fits."""
    allowed: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        if route.path and route.methods and compile_path(route.path)[0].match(request.scope["path"]):
            allowed |= route.methods
    if "GET" in allowed:
        allowed.add("HEAD")
    return Problem(
        status=METHOD_NOT_ALLOWED.status,
        code=METHOD_NOT_ALLOWED.code,
        detail=METHOD_NOT_ALLOWED.detail,
        headers={"Allow": ", ".join(sorted(allowed))},
    )
