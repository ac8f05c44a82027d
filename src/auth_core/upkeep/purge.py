"""Remove what is long over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from auth_core.clock import Clock
from auth_core.sessions.policy import SessionPolicy
from auth_core.upkeep.ports import Purgeable

_BATCH: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """Remove sessions whose last possible end lies further back than they are kept, and what nobody needs any more.

    That is revocations nothing outlived, answers nobody is given again, one-time tokens that have expired, and messages
    that are over for long.

    A process whose clock is behind still needs a revocation that is over by ours, for as long as clocks may differ.
    """

    sessions: Purgeable
    revocations: Purgeable
    answers: Purgeable
    messages: Purgeable
    tokens: Purgeable
    messages_kept: timedelta
    clock: Clock
    policy: SessionPolicy
    clock_skew: timedelta

    async def __call__(self) -> int:
        """Remove everything that is due, batch by batch, and say how much it was."""
        now = self.clock.now()
        return (
            await _purge(self.sessions, now - self.policy.kept_after_end)
            + await _purge(self.revocations, now - self.clock_skew)
            + await _purge(self.answers, now)
            + await _purge(self.messages, now - self.messages_kept)
            + await _purge(self.tokens, now - self.clock_skew)
        )


async def _purge(collection: Purgeable, over_before: datetime) -> int:
    removed = 0
    while batch := await collection.purge(over_before=over_before, limit=_BATCH):
        removed += batch
    return removed
