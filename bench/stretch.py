"""How many log-ins there were in a while, and the CPU they took: of this process and of the server's."""

import os
import statistics
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Stretch:
    """How many log-ins there were, in how many seconds, for how many seconds of CPU."""

    log_ins: int
    seconds: float
    cpu: float

    @property
    def cpu_each(self) -> float:
        """Milliseconds of CPU a log-in."""
        return 1000 * self.cpu / self.log_ins

    @property
    def a_second(self) -> float:
        """Log-ins a second."""
        return self.log_ins / self.seconds

    @staticmethod
    def told(stretches: Sequence["Stretch"]) -> dict[str, float]:
        """Return the medians."""
        return {
            "milliseconds": round(statistics.median(each.cpu_each for each in stretches), 3),
            "log_ins_a_second": round(statistics.median(each.a_second for each in stretches), 1),
        }


def cpu_so_far(postmaster: int) -> float:
    """Return the seconds of CPU of this process and of the server, in all of its processes, those gone included."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(stat.parent.name) == postmaster:
                ticks += sum(map(int, fields[11:15]))
            elif int(fields[1]) == postmaster:
                ticks += sum(map(int, fields[11:13]))
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")
