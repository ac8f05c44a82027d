"""Where audit events go."""

from collections.abc import Sequence
from typing import Protocol

from auth_core.audit.events import AuditEvent
from auth_core.ids import UserId


class AuditTrail(Protocol):
    """The record of what happened. Events are added, never changed."""

    async def record(self, event: AuditEvent) -> None:
        """Add `event`; it is kept exactly when the surrounding transaction commits."""
        ...

    async def latest(self, *, subject: UserId, limit: int) -> Sequence[AuditEvent]:
        """Return the newest events that happened to `subject`, newest first."""
        ...


class AuditTx(Protocol):
    """The transaction slice of this room."""

    @property
    def audit(self) -> AuditTrail: ...
