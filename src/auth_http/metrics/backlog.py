"""How much is to be delivered, as it was when somebody last looked."""

from collections.abc import Awaitable, Callable

from auth_core.outbox.model import Backlog


class BacklogGauge:
    """Holds the last look, so that who asks for metrics asks no database."""

    def __init__(self) -> None:
        self.last: Backlog | None = None

    async def look(self, look: Callable[[], Awaitable[Backlog]]) -> None:
        """Look. Raises: Unavailable, and then it knows nothing any more."""
        self.last = None
        self.last = await look()
