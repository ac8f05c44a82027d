"""Secrets that are given as the name of a file, as orchestrators hand them over."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from auth_core import Redacted
from auth_http.settings.problems import Problem, setting_name

FILE: Final = "_FILE"
SECRETS: Final = ("master_secret", "previous_master_secret", "database_url", "setup_secret", "mail_password")
"""The fields that may be given as a file."""

_LARGEST: Final = 64 * 1024


class UnusableFile(Exception):
    """The file cannot be taken for a secret."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def read_secret(field: str, path: str, *, already_given: bool, guarded: bool) -> Redacted[str]:
    """Return what the file says, without the line break at its end. Raises: UnusableFile.

    `guarded` refuses a file that others may read. The group may, where the file is not ours: orchestrators hand a
    secret to a user by their group.
    """
    setting = f"{setting_name(field)}{FILE}"
    if already_given:
        raise _unusable(setting, f"and {setting_name(field)} are both given. Unset one of them.")
    file = Path(path)
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            raise _unusable(setting, "must name a file, and names something else.")
        if status.st_size > _LARGEST:
            raise _unusable(setting, f"names a file that is too large for a secret: at most {_LARGEST} bytes.")
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise _unusable(setting, "names a file that does not exist.") from None
    except OSError as error:
        raise _unusable(setting, f"names a file that cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise _unusable(setting, "names a file that is not text: encode random bytes as base64.") from None
    secret = text.removesuffix("\n").removesuffix("\r")
    if not secret.strip() or not secret.isprintable():
        raise _unusable(setting, "names a file that is empty or has more than one line.")
    if guarded and is_open_to_others(status):
        raise _unusable(setting, "names a file that others may read. Mend it with: chmod 600.")
    return Redacted(secret)


def files_in_use(environ: Mapping[str, str] | None = None) -> Iterator[tuple[str, Path]]:
    """Return the variables that name a file, and the file."""
    environ = os.environ if environ is None else environ
    for field in SECRETS:
        setting = f"{setting_name(field)}{FILE}"
        if path := environ.get(setting):
            yield setting, Path(path)


def is_open_to_others(status: os.stat_result) -> bool:
    """Say whether somebody else may read the file, or may change it."""
    ours = status.st_uid == os.geteuid()
    return bool(status.st_mode & (stat.S_IRWXO | (stat.S_IRWXG if ours else 0)))


def _unusable(setting: str, sentence: str) -> UnusableFile:
    return UnusableFile(Problem(setting, sentence))
