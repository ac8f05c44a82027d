"""What revocations need: to be written with their cause, and to be told to every process."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NewType, Protocol

from auth_core.revocation.model import Revocation

Cursor = NewType("Cursor", str)
"""A place in a feed. Only the feed that made it can read it: at most 200 printable ASCII characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What has come into force, and from where to go on."""

    revocations: tuple[Revocation, ...]
    cursor: Cursor


class RevocationFeed(Protocol):
    """Tells what has been revoked, to any number of followers that come and go."""

    async def changes(self, *, after: Cursor | None, wait: timedelta) -> Batch:
        """Return what has come into force since `after`; None asks for everything that is in force, without a wait.

        Whatever was committed before the call is in this batch or was in one before it, in whatever order it was
        written and committed; what was rolled back never is. A batch may repeat what an earlier one said. When there
        is nothing new the answer comes as soon as there is, or empty, after `wait` at the latest.
        Raises: InvalidCursor, Unavailable.
        """
        ...


class Revocations(Protocol):
    """The revocations of one transaction."""

    async def add(self, *revocations: Revocation) -> None:
        """Write them down; they come into force everywhere exactly when the surrounding transaction commits."""
        ...

    @property
    def added(self) -> Sequence[Revocation]:
        """What has been added in this transaction, in order."""
        ...


class RevocationsTx(Protocol):
    """The transaction slice of this room."""

    @property
    def revocations(self) -> Revocations: ...
