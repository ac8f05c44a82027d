"""Setting logging up: structlog for us, the standard library's for others, one handler for both."""

import logging
import sys
import threading
from types import TracebackType
from typing import Final, TextIO, override

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor

from auth_http.settings import LogFormat, LogLevel
from auth_http.telemetry.plain import plain_event
from auth_http.telemetry.rendering import renderer, structured_exception

_COMMON: Final[tuple[Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
)
_QUIET: Final = {
    "sqlalchemy": logging.WARNING,
    "sqlalchemy.engine": logging.WARNING,
    "alembic": logging.WARNING,
    "asyncio": logging.INFO,
    "httpx2": logging.WARNING,  # it would quote addresses, and one of them is a part of a password's digest
    "httpcore2": logging.WARNING,
    "uvicorn.error": logging.INFO,
    "uvicorn.access": logging.WARNING,  # it would quote addresses as they were asked for, and we log requests ourselves
}
"""Below these levels libraries tell what is of interest to their authors only."""


def configure_logging(
    *, level: LogLevel, log_format: LogFormat, log_sql: bool = False, stream: TextIO | None = None
) -> None:
    """Send every line of this process to `stream`, stdout by default. The last call counts."""
    output = stream or sys.stdout
    structlog.configure(
        processors=[*_COMMON, ProcessorFormatter.wrap_for_formatter],
        # What is below the level is not even put together: at `warning` that is a line for every request.
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = _Handler(output)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=_COMMON,
            processors=[
                ProcessorFormatter.remove_processors_meta,
                structured_exception,
                plain_event,
                *renderer(log_format, colors=log_format is LogFormat.CONSOLE and output.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(max(least, root.level))
    if log_sql:
        logging.getLogger("sqlalchemy.engine").setLevel(logging.INFO)
    for name in list(logging.Logger.manager.loggerDict):  # whoever came first may have handlers of their own
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    logging.captureWarnings(capture=True)
    # What no line says need not be found out for every line.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def log_what_nobody_caught() -> None:
    """Let the last words of this process, its threads and its finalizers be log lines as well."""
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _log_uncaught(args.exc_value)
    sys.unraisablehook = lambda args: _log_uncaught(args.exc_value)


class _Handler(logging.StreamHandler[TextIO]):
    @override
    def handleError(self, record: logging.LogRecord) -> None:
        """Say that a line could not be written, and nothing of it: the library's way prints all its values."""
        try:
            lost = logging.LogRecord(record.name, logging.ERROR, "", 0, "log_line_lost", None, None)
            line = self.format(lost)
            self.stream.write(line + self.terminator)
            self.flush()
        except Exception:  # noqa: BLE001, S110 - there is nowhere left to say it
            pass


def _uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
    else:
        _log_uncaught(error)


def _log_uncaught(error: BaseException | None) -> None:
    logging.getLogger("auth_http").critical("uncaught_exception", exc_info=error)
