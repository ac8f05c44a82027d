"""What holds everything, as far as running it goes: to be found or started, migrated, asked how it is, let go of."""

from collections.abc import Mapping
from typing import Protocol


class Storage(Protocol):
    """The place where everything is kept."""

    @property
    def description(self) -> str:
        """What it is and where, for people; no secret."""
        ...

    async def open(self) -> None:
        """Make it ready for use: found or started, and migrated where that may be done unasked. Raises: CannotRun."""
        ...

    async def check(self) -> Mapping[str, str | None]:
        """Return every check by name, with None when it is fine and the reason when it is not. Raises nothing."""
        ...

    async def disconnect(self) -> None:
        """Give up every connection, and keep hold of it: for a process that lets others do the work."""
        ...

    async def close(self) -> None:
        """Let go of it, also when it was never open."""
        ...
