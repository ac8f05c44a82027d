"""What a setting is when it is not given, where that depends on others, and how the reference says it."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import JsonValue

from auth_http.settings.stage import Stage

UNGUARDED_ONLY: Final = "on in development and test, off in staging and production"


def is_guarded(values: Mapping[str, Any]) -> bool:
    """Whether the stage, if it could be read, is one where people rely on the service."""
    return bool(values.get("env", Stage.PRODUCTION).is_guarded)


def local_address(values: Mapping[str, Any]) -> str:
    """Return where the service is reached on its own machine."""
    return f"http://127.0.0.1:{values.get('port', 8000)}"


def in_words(default: str) -> dict[str, JsonValue]:
    """What a setting is when it is not given, for the reference."""
    return {"default": default}
