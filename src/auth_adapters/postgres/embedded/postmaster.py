"""What the server's own file says about the process that serves the data."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

_FILE: Final = "postmaster.pid"


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The first process of a server. After a crash its number may be anybody's."""

    pid: int
    port: int

    @classmethod
    def read(cls, data: Path) -> Self | None:
        """Return whom the file in `data` names, None where it is missing, half written or cut short."""
        try:
            pid, _, _, port, *_ = (data / _FILE).read_text(encoding="utf-8", errors="replace").splitlines()
            return cls(int(pid), int(port))
        except (FileNotFoundError, ValueError):
            return None

    @staticmethod
    def forget(data: Path) -> None:
        """Remove the file that a crash has left. Whoever calls this knows that no server runs in `data`."""
        (data / _FILE).unlink(missing_ok=True)

    def is_alive(self) -> bool:
        """Say whether a process of this number, and of a user we may signal, has not ended yet."""
        try:
            os.kill(self.pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        try:
            state = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(") ")[2]
        except OSError:  # no Linux
            return True
        return not state.startswith("Z")  # ended, but where process 1 is no real init nobody has taken note

    def lives_in(self, data: Path) -> bool:
        """Say whether the process of this number works in `data`, as PostgreSQL's processes do.

        Only Linux tells. Elsewhere the answer is no, and PostgreSQL's own look at its shared memory has to do.
        """
        try:
            return Path(f"/proc/{self.pid}/cwd").samefile(data)
        except OSError:
            return False
