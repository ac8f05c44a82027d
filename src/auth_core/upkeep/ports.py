"""What tidying up needs from storage."""

from datetime import datetime
from typing import Protocol


class Purgeable(Protocol):
    """A collection from which what is long over can be removed, in small steps that hold nobody up."""

    async def purge(self, *, over_before: datetime, limit: int) -> int:
        """Remove up to `limit` things that were over before the given moment; say how many. Each call stands alone."""
        ...
