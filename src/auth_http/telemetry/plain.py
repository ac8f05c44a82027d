"""What may be written: plain values, no secrets, and no character that could forge a line or steer a terminal."""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, cast

from structlog.typing import EventDict, WrappedLogger

from auth_core.text import is_printable
from auth_http.telemetry.scrubbing import STARS, names_a_secret, scrubbed

_LONGEST_TEXT: Final = 8192
_DEEPEST: Final = 8
_LONGEST_LIST: Final = 100


def plain_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Return the line with everything in it made plain: a processor for structlog."""
    return {_name(str(key)): _beside(str(key), value, depth=0) for key, value in event.items()}


@lru_cache(maxsize=1024)
def _name(key: str) -> str:
    """Return the name of a value made plain: the same few come all the time."""
    return plain_text(key)


def plain_text(text: str) -> str:
    """Return the text without secrets, cut to 8 Ki characters, its unprintable characters written out."""
    kept = scrubbed(text[: 2 * _LONGEST_TEXT])[:_LONGEST_TEXT]  # in this order, or half a secret might be left
    if not is_printable(kept):
        kept = "".join(each if is_printable(each) else _written_out(each) for each in kept)
    return kept if len(text) <= _LONGEST_TEXT else f"{kept}… ({len(text)} characters)"


def _beside(key: str, value: object, *, depth: int) -> object:
    return STARS if value is not None and names_a_secret(key) else _plain(value, depth=depth)


def _plain(value: object, *, depth: int) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return plain_text(str(value))
    if depth < _DEEPEST:
        if isinstance(value, Mapping):
            members = list(cast("Mapping[object, object]", value).items())[:_LONGEST_LIST]
            return {_name(str(key)): _beside(str(key), each, depth=depth + 1) for key, each in members}
        if isinstance(value, list | tuple | set | frozenset):
            return [_plain(each, depth=depth + 1) for each in list(cast("list[object]", value))[:_LONGEST_LIST]]
    return plain_text(repr(value))


def _written_out(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
