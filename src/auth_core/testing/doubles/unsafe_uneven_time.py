"""Even time for tests: none, so that nobody waits."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class UnsafeUnevenTime:
    """Lets every block take the time it takes, and counts those that would have taken more."""

    def __init__(self) -> None:
        self.asked = 0

    @asynccontextmanager
    async def __call__(self, *, only: type[Exception] | None = None) -> AsyncGenerator[None]:
        """Wait for nothing."""
        try:
            yield
        except BaseException as error:
            self.asked += only is None or isinstance(error, only)
            raise
        self.asked += only is None
