"""A secret that is made once and kept in a file: for development, where nobody has given one."""

import os
import secrets
from pathlib import Path

from auth_core import Redacted
from auth_http.exit_codes import CannotRun, ExitCode


def local_secret(path: Path) -> Redacted[str]:
    """Return the secret in the file, made at the first call: of any number of simultaneous ones, all get the same.

    Raises: CannotRun.
    """
    try:
        if not path.exists():
            _make(path)
        return Redacted(path.read_text(encoding="ascii").strip())
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise CannotRun(
            f"The secret in {path} cannot be kept or read: {reason}. Use a folder that belongs to this user "
            "(AUTH_DATA_DIR), or set AUTH_MASTER_SECRET.",
            ExitCode.BAD_SETTINGS,
        ) from None


def _make(path: Path) -> None:
    """Write the file under another name first: whoever finds it by its own finds it whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(f"{secrets.token_urlsafe(48)}\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass  # somebody was faster, and theirs is the one
    finally:
        unfinished.unlink()
