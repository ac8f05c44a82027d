"""Where a delivery can be cut short, and whom it takes."""

import json
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

ENVIRONMENT: Final = "DELIVERY_PLAN"


class Point(StrEnum):
    """A moment in the life of a delivery."""

    CLAIMING = "claiming"
    CLAIMED = "claimed"
    SENDING = "sending"
    TAKEN = "taken"
    """Its receiver has it, and has not said so."""
    SENT = "sent"
    SETTLED = "settled"


class Victim(StrEnum):
    """Who is killed with SIGKILL."""

    WORKER = "worker"
    POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class Plan:
    """Kill the victim when a deliverer comes to this point for the nth time; `postgres` names it by its pid."""

    point: Point
    victim: Victim
    nth: int
    postgres: str

    def as_environment(self) -> dict[str, str]:
        return {ENVIRONMENT: json.dumps(asdict(self))}

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self | None:
        if ENVIRONMENT not in environ:
            return None
        told = json.loads(environ[ENVIRONMENT])
        return cls(Point(told["point"]), Victim(told["victim"]), told["nth"], told["postgres"])

    def carry_out(self) -> None:
        if self.victim is Victim.WORKER:
            os.kill(os.getpid(), signal.SIGKILL)
        kill_with_children(int(self.postgres))


def kill_with_children(pid: int) -> None:
    """Kill a PostgreSQL: its sessions first, so that none of them ends in order."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    for each in children.read_text().split() if children.exists() else ():
        with suppress(ProcessLookupError):
            os.kill(int(each), signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
