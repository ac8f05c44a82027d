"""Guards for functions, without a framework: who calls is known, and may do what the function does.

`requires` is for a function that is told who calls. `CallGuard` is for whoever has only a token: the consumer of a
queue, a command, a server of another protocol.
"""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import wraps
from inspect import Parameter, iscoroutinefunction, signature
from types import UnionType
from typing import Annotated, Any, Concatenate, Final, TypeAliasType, Union, get_args, get_origin

from auth_core.access.model import Principal
from auth_core.access.requirement import Requirement, all_of
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.errors import InvalidToken, MalformedToken, MissingToken
from auth_core.tokens.ports import TokenVerifier

_POSITIONAL: Final = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
_VARIADIC: Final = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


async def identify(verifier: TokenVerifier, token: str | None) -> VerifiedClaims:
    """Return what the token says that came with a call.

    Raises: MissingToken for none, InvalidToken for what is no token at all, and whatever else the verifier raises.
    """
    if token is None:
        raise MissingToken
    try:
        return await verifier.verify_access_token(token=token)
    except MalformedToken as error:
        raise InvalidToken from error


def requires[**P, R](
    *needed: str | Requirement,
) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Coroutine[Any, Any, R]]]:
    """Let only those call a function who hold the permissions needed.

    Who calls is its one parameter that is annotated as `Principal` or `VerifiedClaims`, perhaps `| None`; it may stand
    anywhere, by position or by name, in a function or a method. The call raises MissingToken when that is nobody, and
    PermissionDenied when they may not.

    Raises, where the function is defined: InvalidPermission; TypeError for a function that does not say who calls.
    """
    requirement = all_of(*needed)

    def guarded(function: Callable[P, Awaitable[R]]) -> Callable[P, Coroutine[Any, Any, R]]:
        caller = _caller_of(function)

        @wraps(function)
        async def call(*args: P.args, **kwargs: P.kwargs) -> R:
            requirement.demand_of(caller.among(args, kwargs))
            return await function(*args, **kwargs)

        return call

    return guarded


class CallGuard:
    """Makes functions that take a `Principal` first callable with an access token in its place.

    `verifier` tells whose a token is. None is a call without a token.
    """

    def __init__(self, verifier: TokenVerifier) -> None:
        self._verifier = verifier

    def signed_in[**P, R](
        self, function: Callable[Concatenate[Principal, P], Awaitable[R]]
    ) -> Callable[Concatenate[str | None, P], Coroutine[Any, Any, R]]:
        """Let only those call `function` who are signed in.

        The call raises MissingToken, InvalidToken, ExpiredToken, RevokedToken; Unavailable when nobody can tell.
        """
        return self._guarded(function, None)

    def require[**P, R](
        self, *needed: str | Requirement
    ) -> Callable[
        [Callable[Concatenate[Principal, P], Awaitable[R]]],
        Callable[Concatenate[str | None, P], Coroutine[Any, Any, R]],
    ]:
        """Let only those call a function who hold the permissions needed.

        The call raises what `signed_in` raises, and PermissionDenied. Raises, where the function is defined:
        InvalidPermission.
        """
        requirement = all_of(*needed)
        return lambda function: self._guarded(function, requirement)

    def _guarded[**P, R](
        self, function: Callable[Concatenate[Principal, P], Awaitable[R]], requirement: Requirement | None
    ) -> Callable[Concatenate[str | None, P], Coroutine[Any, Any, R]]:
        _must_be_awaited(function)

        @wraps(function)
        async def call(token: str | None, /, *args: P.args, **kwargs: P.kwargs) -> R:
            principal = (await identify(self._verifier, token)).principal
            if requirement is not None:
                requirement.demand_of(principal)
            return await function(principal, *args, **kwargs)

        del call.__wrapped__  # It would lend the call its signature, and the two begin differently.
        return call


@dataclass(frozen=True, slots=True)
class _Caller:
    """The parameter that says who calls."""

    name: str
    position: int | None

    def among(self, args: tuple[object, ...], kwargs: dict[str, object]) -> Principal:
        """Return who calls. Raises: MissingToken; TypeError for what is nobody at all."""
        by_position = self.position is not None and self.position < len(args)
        value = args[self.position or 0] if by_position else kwargs.get(self.name)
        match value:
            case Principal():
                return value
            case VerifiedClaims():
                return value.principal
            case None:
                raise MissingToken
            case _:
                raise TypeError(f"`{self.name}` says who calls; {type(value).__name__} is nobody")


def _caller_of(function: Callable[..., object]) -> _Caller:
    _must_be_awaited(function)
    parameters = signature(function, eval_str=True).parameters.values()
    found = [
        _Caller(each.name, place if each.kind in _POSITIONAL else None)
        for place, each in enumerate(parameters)
        if each.kind not in _VARIADIC and _says_who(each.annotation)
    ]
    if len(found) != 1:
        raise TypeError(f"{function!r} needs one parameter of type Principal or VerifiedClaims, not {len(found)}")
    return found[0]


def _says_who(annotation: object) -> bool:
    if annotation is Principal or annotation is VerifiedClaims:
        return True
    if isinstance(annotation, TypeAliasType):
        return _says_who(annotation.__value__)
    return get_origin(annotation) in (Annotated, Union, UnionType) and any(map(_says_who, get_args(annotation)))


def _must_be_awaited(function: Callable[..., object]) -> None:
    if not iscoroutinefunction(function) and not iscoroutinefunction(getattr(function, "__call__", None)):  # noqa: B004 - a use case is an object whose call is awaited
        raise TypeError(f"{function!r} is not an async function")
