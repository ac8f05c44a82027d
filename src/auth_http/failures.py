"""How a command fails: one clear sentence on stderr and an exit code, never a traceback."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from traceback import extract_tb

from auth_adapters.extras import MissingExtra
from auth_core import AuthError, Conflict, Forbidden, NotFound, Rejected, TooManyAttempts, Unauthenticated, Unavailable
from auth_http.exit_codes import CannotRun, ExitCode

_CODES: dict[type[AuthError], ExitCode] = {
    Rejected: ExitCode.REJECTED,
    NotFound: ExitCode.NOT_FOUND,
    Conflict: ExitCode.CONFLICT,
    Forbidden: ExitCode.FORBIDDEN,
    Unauthenticated: ExitCode.FORBIDDEN,
    TooManyAttempts: ExitCode.TRY_AGAIN,
    Unavailable: ExitCode.TRY_AGAIN,
}


@contextmanager
def told_plainly() -> Generator[None]:
    """Turn what goes wrong in the block into sentences and an exit code. Raises: SystemExit."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - the last to hear of it
        sentences, code = _told(error)
        sys.stderr.write("".join(f"{sentence}\n" for sentence in sentences))
        sys.exit(code)


def _told(error: Exception) -> tuple[list[str], ExitCode]:
    from auth_http.settings import InvalidSettings  # noqa: PLC0415 - a failure to import is told here as well

    match error:
        case CannotRun():
            return [f"auth-service: {error}"], error.code
        case InvalidSettings():
            listed = [f"  {problem}" for problem in error.problems]
            return ["auth-service cannot run with these settings:", *listed], ExitCode.BAD_SETTINGS
        case MissingExtra():
            return [f"auth-service: {error}"], ExitCode.UNAVAILABLE
        case AuthError():
            faults = error.faults if isinstance(error, Rejected) else ()
            listed = [f"  {fault.field}: {fault.detail}" for fault in faults]
            code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), ExitCode.BROKEN)
            return [f"auth-service: {error}", *listed], code
        case _:
            return _unexpected(error), ExitCode.BROKEN


def _unexpected(error: Exception) -> list[str]:
    """Say where it happened. Of its message only what looks harmless is shown, and no local value."""
    from auth_http.telemetry.plain import plain_text  # noqa: PLC0415 - needs packages that may be missing

    frames = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)]
    return [f"auth-service: unexpected {type(error).__name__}: {plain_text(str(error))}", *frames[-8:]]
