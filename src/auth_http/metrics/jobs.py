"""What became of the background jobs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from auth_core.clock import Clock


@dataclass(slots=True)
class Record:
    """How one job has fared since the process began."""

    failures: int = 0
    last_success: datetime | None = None


@dataclass(frozen=True, slots=True)
class JobRecords:
    """Remembers of each job how often it failed, and when it last did not."""

    clock: Clock
    _records: dict[str, Record] = field(default_factory=dict[str, Record], init=False)

    @property
    def by_name(self) -> Mapping[str, Record]:
        """Every job that has been expected or done."""
        return self._records

    def expect(self, job: str) -> None:
        """Know of the job before it is done for the first time."""
        self._records.setdefault(job, Record())

    def succeeded(self, job: str) -> None:
        """Note that the job was done."""
        self._records.setdefault(job, Record()).last_success = self.clock.now()

    def failed(self, job: str) -> None:
        """Note that the job could not be done."""
        self._records.setdefault(job, Record()).failures += 1
