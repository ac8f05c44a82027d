"""Whatever nobody expected ends here: the caller learns that it happened, the log learns where."""

import asyncio
import traceback
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auth_http.problems import answer
from auth_http.request_problems import INTERNAL_ERROR

_A_MOMENT: Final = 1.0

_log = structlog.get_logger("auth_http")


class AnswerCutShort(Exception):
    """Something went wrong after the answer had begun: all the server can do is to hang up."""


class _CallerGone(Exception):
    """There is nobody to send anything to."""


@dataclass(frozen=True, slots=True)
class LastResort:
    """Answers 500 for any exception, and logs its types and the way it took.

    Neither its message nor any value is logged: drivers and validators write what they were given into their messages,
    and here that is passwords and tokens.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on. Raises: AnswerCutShort."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            try:
                await send(message)
            except (OSError, RuntimeError) as error:
                if not _is_of_the_connection(error):
                    raise
                raise _CallerGone from None

        try:
            await self.app(scope, receive, send_noting)
        except _CallerGone:
            await _until_noticed(receive)
            return
        except Exception as error:  # noqa: BLE001 - the one place that must let nothing through
            _log.error("unexpected_error", error=_kinds(error), way=_way(error))
        else:
            return
        if started:
            raise AnswerCutShort
        await answer(INTERNAL_ERROR, scope)(scope, receive, send)


async def _until_noticed(receive: Receive) -> None:
    """Wait a moment for the server to know that the connection is gone: before, it complains of half an answer."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_A_MOMENT):
            while (await receive())["type"] != "http.disconnect":
                pass


def _is_of_the_connection(error: OSError | RuntimeError) -> bool:
    """Say whether the server could not send because the connection is gone (ASGI has OSError for that).

    Where uvicorn has closed it, over what came behind this request, uvloop raises RuntimeError instead.
    """
    return isinstance(error, OSError) or "closed" in str(error)


def _kinds(error: BaseException) -> list[str]:
    """Name the type of the error and of those that caused it, the first cause last."""
    kinds: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(kinds) < 10:
        kinds.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        cause = cause.__cause__ or cause.__context__
    return kinds


def _way(error: BaseException) -> list[str]:
    """Name the places the error came through, the one that raised it last."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
