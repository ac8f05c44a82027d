"""What the exit code of a command says (sysexits.h), the same numbers on every system."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended. 1 is a check that found something; 2 is for typer, which says how a command is used."""

    OK = 0
    FOUND_SOMETHING = 1
    REJECTED = 65
    NOT_FOUND = 66
    UNAVAILABLE = 69
    BROKEN = 70
    CONFLICT = 73
    TRY_AGAIN = 75
    FORBIDDEN = 77
    BAD_SETTINGS = 78


class CannotRun(Exception):
    """The process cannot do what it was started for. The message is one clear sentence, with the way out of it."""

    def __init__(self, sentence: str, code: ExitCode = ExitCode.UNAVAILABLE) -> None:
        super().__init__(sentence)
        self.code = code
