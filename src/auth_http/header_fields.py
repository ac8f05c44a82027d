"""The header fields of a request, as the server hands them over: pairs of bytes, names in lower case."""

from starlette.types import Scope


def values_of(scope: Scope, name: bytes) -> list[bytes]:
    """Return what was sent under `name`, each as often as it was sent."""
    return [value for given, value in scope["headers"] if given == name]
