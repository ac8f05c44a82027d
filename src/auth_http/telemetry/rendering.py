"""How a line looks: an object for programs, columns for people."""

import json
import sys
from typing import Any, Final, cast

from structlog.dev import ConsoleRenderer
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor, WrappedLogger

from auth_http.settings import LogFormat

_FIRST: Final = ("time", "level", "event")
_ENCODER: Final = json.JSONEncoder(allow_nan=False)  # made once: `json.dumps` makes one at every call
_tracebacks = ExceptionDictTransformer(show_locals=False, max_frames=30)  # locals would be passwords and tokens


def renderer(log_format: LogFormat, *, colors: bool) -> tuple[Processor, ...]:
    """Return the processors that turn a plain event into its line or lines."""
    if log_format is LogFormat.JSON:
        return (_json,)
    return (
        _traceback_for_people,
        ConsoleRenderer(colors=colors, force_colors=colors, timestamp_key="time", pad_event_to=0),
    )


def structured_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Put the exception of a line, if it has one, into plain data: its types, messages and places, no local values."""
    error = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if error is True:
        error = sys.exception()
    elif isinstance(error, tuple):
        error = cast("tuple[object, ...]", error)[1]
    if isinstance(error, BaseException):
        event["exception"] = _tracebacks((type(error), error, error.__traceback__))
    return event


def _json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    ordered = {**{key: event[key] for key in _FIRST if key in event}, **event}
    return _ENCODER.encode(ordered)


def _traceback_for_people(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    stacks = event.get("exception")
    if isinstance(stacks, list):
        lines: list[str] = []
        for stack in reversed(cast("list[dict[str, Any]]", stacks)):
            lines += [f"    {frame['filename']}:{frame['lineno']} {frame['name']}" for frame in stack["frames"]]
            lines.append(f"  {stack['exc_type']}: {stack['exc_value']}")
        event["exception"] = "\n".join(lines)
    return event
