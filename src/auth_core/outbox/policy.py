"""Our choices about delivering messages."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPolicy:
    """How messages are delivered.

    `batch` letters are claimed at a time and sent side by side, each within `send_within`; a claim is good for `lease`.
    What is deferred is tried again after a random time, below `first_delay` at first, and twice that each time up to
    `longest_delay`, until there were `attempts`: by default for some 20 hours. `poll` is how long nobody looks for what
    nobody was told of. What has become of a message can be looked up for `kept`.
    """

    batch: int = 10
    lease: timedelta = timedelta(minutes=2)
    send_within: timedelta = timedelta(seconds=30)
    attempts: int = 20
    first_delay: timedelta = timedelta(seconds=10)
    longest_delay: timedelta = timedelta(hours=4)
    poll: timedelta = timedelta(seconds=2)
    kept: timedelta = timedelta(days=30)

    def __post_init__(self) -> None:
        if not 1 <= self.batch <= 100:
            raise ValueError("batch must lie between 1 and 100")
        if self.attempts < 1:
            raise ValueError("attempts must be at least 1")
        if not timedelta(0) < self.send_within <= self.lease / 2:
            raise ValueError("send_within must be more than nothing, and at most half of lease")
        if not timedelta(0) < self.first_delay <= self.longest_delay:
            raise ValueError("first_delay must be more than nothing, and not more than longest_delay")
        if self.poll <= timedelta(0) or self.kept < timedelta(0):
            raise ValueError("poll must be more than nothing, and kept not be negative")
