"""For how long a call may be repeated."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyPolicy:
    """`kept`: for so long the first answer is given again. After that the same key is a new one."""

    kept: timedelta = timedelta(days=1)

    def __post_init__(self) -> None:
        if self.kept <= timedelta(0):
            raise ValueError("an answer must be kept for some time")
