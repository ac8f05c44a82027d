"""Writes events: fills in what every event has, so that use cases say only what is theirs to say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from auth_core.audit.events import AuditEvent, EventKind, Outcome
from auth_core.audit.ports import AuditTx
from auth_core.ids import Ids, SessionId, UserId
from auth_core.origin import Origin
from auth_core.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Records audit events in the caller's transaction."""

    ids: Ids
    written: Tally = field(default_factory=Tally)

    async def __call__(
        self,
        tx: AuditTx,
        kind: EventKind,
        *,
        at: datetime,
        origin: Origin,
        subject: UserId | None,
        actor: UserId | None,
        session_id: SessionId | None = None,
        outcome: Outcome = Outcome.SUCCESS,
        **details: str | int,
    ) -> None:
        """Add one event to the trail, in `tx`."""
        event_details: Mapping[str, str | int] = details
        self.written.note(kind)
        await tx.audit.record(
            AuditEvent(
                id=self.ids.event(),
                kind=kind,
                outcome=outcome,
                at=at,
                actor=actor,
                subject=subject,
                session_id=session_id,
                origin=origin,
                details=event_details,
            )
        )

    async def many(
        self,
        tx: AuditTx,
        kind: EventKind,
        *,
        at: datetime,
        origin: Origin,
        of: Mapping[UserId, Mapping[str, str | int]],
    ) -> None:
        """Add one event for each of these users, to whom the operator has done something, with its details."""
        for _ in of:
            self.written.note(kind)
        await tx.audit.record_all(
            [
                AuditEvent(
                    id=self.ids.event(),
                    kind=kind,
                    outcome=Outcome.SUCCESS,
                    at=at,
                    actor=None,
                    subject=subject,
                    origin=origin,
                    details=details,
                )
                for subject, details in of.items()
            ]
        )
