"""Where everybody's packages are installed: in folders of their own, by lock files, beside the clone's `.venv`."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

_PEERS: Final = Path(__file__).parent
_CLONE: Final = _PEERS.parent.parent
_INSTALLED: Final = _CLONE / ".bench"


def our_python() -> Path:
    """Return a Python that has what the image of the service has, installing it if need be.

    The clone's `.venv` has what developing takes, too, and some packages import whatever they find.
    """
    return _python_with(
        _INSTALLED / "auth_service",
        _CLONE / "requirements.lock",
        *("install", "--constraint", _CLONE / "requirements.lock"),
        *("--extra", "server", "--extra", "redis", "--requirement", _CLONE / "pyproject.toml"),
    )


def python_for(peer: str) -> Path:
    """Return the Python that has what `requirements.lock` of the peer names, installing it if need be."""
    lock = _PEERS / peer / "requirements.lock"
    return _python_with(_INSTALLED / peer, lock, "sync", lock)


def node_folder_for(peer: str) -> Path | None:
    """Return the folder in which Node finds the peer and its packages, or None where there is no Node."""
    if shutil.which("npm") is None:
        return None
    lock = _PEERS / peer / "package-lock.json"
    home = _INSTALLED / peer
    if not _is_current(home, lock):
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(_PEERS / peer, home)
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=home, check=True)
        shutil.copy(lock, home / "installed.lock")
    return home


def _python_with(home: Path, lock: Path, *what: str | Path) -> Path:
    python = home / "bin" / "python"
    if not _is_current(home, lock):
        uv = shutil.which("uv") or "uv"
        subprocess.run([uv, "venv", "--quiet", "--no-project", "--clear", "--python", sys.executable, home], check=True)
        how = ("--quiet", "--require-hashes", "--compile-bytecode", "--python", python)
        subprocess.run([uv, "pip", what[0], *how, *what[1:]], check=True)
        shutil.copy(lock, home / "installed.lock")
    return python


def _is_current(home: Path, lock: Path) -> bool:
    installed = home / "installed.lock"
    return installed.exists() and installed.read_bytes() == lock.read_bytes()
