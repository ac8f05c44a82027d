"""Requests that do not fit their schema: what is wrong and where, and nothing of what was sent.

The framework's own answer repeats the input, passwords included, and its sentences quote it too.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.types import Scope

from auth_http.problems import Problem, pointer
from auth_http.request_problems import rejected_for

_TOLD: Final = 20

# By the kinds of the validator; the ones that are not here are `invalid_value`.
_SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("missing", "This is needed."),
    "extra_forbidden": ("unknown_member", "There is a member here that is not known."),
    "string_type": ("wrong_type", "This is to be a text."),
    "model_attributes_type": ("wrong_type", "This is to be an object."),
    "model_type": ("wrong_type", "This is to be an object."),
    "dict_type": ("wrong_type", "This is to be an object."),
}
_OTHERWISE: Final = ("invalid_value", "This value is not acceptable.")


def problem_of_validation(error: RequestValidationError, scope: Scope) -> Problem:
    """Return what may be told of `error`."""
    known = _known_members(scope)
    places = {tuple(place.items()): place for place in _places(error.errors(), known)}
    return rejected_for(*list(places.values())[:_TOLD])


def places_of(error: ValidationError, *, behind: frozenset[str] = frozenset()) -> tuple[dict[str, str], ...]:
    """Return what may be told of a document in which something is wrong; names in `behind` are of no place in it."""
    faults = [
        {**fault, "loc": ("body", *(step for step in fault["loc"] if step not in behind))}
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return tuple({tuple(place.items()): place for place in _places(faults, "")}.values())[:_TOLD]


def _places(faults: Sequence[Mapping[str, Any]], known: str) -> Iterator[dict[str, str]]:
    for fault in faults:
        code, detail = _SENTENCES.get(fault["type"], _OTHERWISE)
        source, *path = cast("tuple[str | int, ...]", fault["loc"])
        if code == "unknown_member":
            # Its name is the caller's text: the object it stands in has to do.
            path = path[:-1]
            detail = f"{detail} Known are: {known}." if known and not path else detail
        if source == "body":
            yield {"pointer": pointer(*path), "code": code, "detail": detail}
        else:
            yield {"parameter": ".".join(str(step) for step in path), "code": code, "detail": detail}


def _known_members(scope: Scope) -> str:
    """Name the members of the document the route asks for."""
    field = getattr(scope.get("route"), "body_field", None)
    model = getattr(getattr(field, "field_info", None), "annotation", None)
    if isinstance(model, type) and issubclass(model, BaseModel):
        return ", ".join(model.model_fields)
    return ""
