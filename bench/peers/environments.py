"""Where the peers' packages are installed: in folders of their own, by lock files, beside the clone's `.venv`."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

_PEERS: Final = Path(__file__).parent
_INSTALLED: Final = _PEERS.parent.parent / ".bench"


def python_for(peer: str) -> Path:
    """Return the Python that has what `requirements.lock` of the peer names, installing it if need be."""
    lock = _PEERS / peer / "requirements.lock"
    home = _INSTALLED / peer
    if not _is_current(home, lock):
        uv = shutil.which("uv") or "uv"
        subprocess.run([uv, "venv", "--quiet", "--no-project", "--clear", "--python", sys.executable, home], check=True)
        subprocess.run(
            [
                uv,
                "pip",
                "sync",
                "--quiet",
                "--require-hashes",
                "--compile-bytecode",
                "--python",
                home / "bin/python",
                lock,
            ],
            check=True,
        )
        shutil.copy(lock, home / "installed.lock")
    return home / "bin" / "python"


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


def _is_current(home: Path, lock: Path) -> bool:
    installed = home / "installed.lock"
    return installed.exists() and installed.read_bytes() == lock.read_bytes()
