"""Keep what this process knows of revocations up to date."""

from dataclasses import dataclass
from datetime import timedelta

from auth_core.clock import Clock
from auth_core.revocation.policy import RevocationPolicy
from auth_core.revocation.ports import RevocationFeed
from auth_core.revocation.revoked_set import RevokedSet


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowRevocations:
    """One step behind the feed; to follow it is to call this again and again."""

    feed: RevocationFeed
    revoked: RevokedSet
    clock: Clock
    policy: RevocationPolicy

    async def __call__(self) -> None:
        """Wait for news, no longer than the policy says, and know it. Raises: what the feed raises.

        After a failure the next step asks for everything: a feed that comes back may have forgotten, or be another.
        """
        look = self.revoked.look(self.clock.now())
        try:
            batch = await self.feed.changes(after=look.after, wait=self.policy.poll)
        except Exception:
            self.revoked.start_over()
            raise
        self.revoked.take_in(batch, look)

    def staleness(self) -> timedelta | None:
        """Return how long ago what this process knows was confirmed; None when it never was, or is in doubt."""
        return self.revoked.staleness(self.clock.now())

    def is_current(self) -> bool:
        """Say whether what this process knows is relied on."""
        return self.revoked.is_current(self.clock.now(), allowed_lag=self.policy.allowed_lag)
