"""Answers that take as long whatever was found: the work differs, and whoever waits must not see by how much."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol


class EvenTime(Protocol):
    """Keeps those waiting for whom there was less to do."""

    def __call__(self, *, only: type[Exception] | None = None) -> AbstractAsyncContextManager[None]:
        """Let the block take a length of time that does not depend on what is done in it, however it ends.

        With `only` that is so for a block that raises it; any other ends when it is done. Whoever is cut off meanwhile
        goes at once. Nothing that others wait for may be held across its end.
        """
        ...
