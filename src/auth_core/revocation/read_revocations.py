"""Tell another service what has been revoked."""

from dataclasses import dataclass
from datetime import timedelta

from auth_core.revocation.policy import LONGEST_WAIT
from auth_core.revocation.ports import Batch, Cursor, RevocationFeed


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRevocations:
    """Pass the feed on."""

    feed: RevocationFeed

    async def __call__(self, *, after: Cursor | None, wait: timedelta) -> Batch:
        """Return what has come into force since `after`, as the feed does. Raises: InvalidCursor, Unavailable."""
        return await self.feed.changes(after=after, wait=min(max(wait, timedelta(0)), LONGEST_WAIT))
