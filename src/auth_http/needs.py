"""Whom a route lets in, read off what guards it: what is told of a route cannot differ from what it does."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

OPEN_TO_ALL: Final[dict[str, Any]] = {"security": []}
"""The `openapi_extra` of a route that lets anybody in (OpenAPI 3.1 §4.8.10: no security is required)."""


class Caller(StrEnum):
    """Who can say who they are."""

    PERSON = "person"
    """By an access token."""
    CLIENT = "client"
    """By the id and secret of a service client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What lets a caller in: to be one of these, and to hold every permission. Nobody named is anybody."""

    callers: frozenset[Caller] = field(default_factory=frozenset[Caller])
    permissions: frozenset[str] = field(default_factory=frozenset[str])


def needs_of(route: object) -> Needs:
    """Return what a route asks for: what its guards, the dependencies with a member `needs`, ask for together.

    Raises: ValueError for a route that says nothing, or two things at once. Nothing is open because somebody forgot.
    """
    if not isinstance(route, APIRoute):
        raise ValueError(f"{route!r} is no route of ours")  # noqa: TRY004 - a wrong table, not a wrong call
    asked = list(_asked_by(route.dependant.dependencies))
    is_open = (route.openapi_extra or {}).get("security") == OPEN_TO_ALL["security"]
    if is_open == bool(asked) or len({each.callers for each in asked}) > 1:
        raise ValueError(f"{route.path} does not say whom it lets in: guard it, or let it be OPEN_TO_ALL")
    return Needs(
        callers=frozenset[Caller]().union(*(each.callers for each in asked)),
        permissions=frozenset[str]().union(*(each.permissions for each in asked)),
    )


def _asked_by(dependencies: Iterable[Dependant]) -> Iterator[Needs]:
    for each in dependencies:
        needs = getattr(each.call, "needs", None)
        if isinstance(needs, Needs):
            yield needs
        yield from _asked_by(each.dependencies)
