"""How much is logged, and in which form."""

from enum import StrEnum


class LogLevel(StrEnum):
    """From which weight on a line is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """For whom lines are written: people, or programs."""

    CONSOLE = "console"
    JSON = "json"
