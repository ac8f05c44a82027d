"""The audit trail in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Row, bindparam, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from auth_adapters.postgres.schema import Record, table_of
from auth_adapters.postgres.statements import InTransaction
from auth_core.audit.events import AuditEvent, EventKind, Outcome
from auth_core.ids import EventId, SessionId, UserId
from auth_core.origin import Origin


class AuditEventRecord(Record):
    """Something that happened. It refers to nothing: the trail outlives what it tells of.

    `recorded_at` is told by the server, whose clock all processes share, and `salt` made by it. Every filter of the
    listing has an index in the order of the listing.
    """

    __tablename__ = "audit_events"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    outcome: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[UUID | None]
    subject: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    address: Mapped[str | None]
    user_agent: Mapped[str | None]
    request_id: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    salt: Mapped[UUID | None] = mapped_column(server_default=func.gen_random_uuid())
    personal_digest: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (
        Index(None, "subject", "at", "id"),
        Index(None, "recorded_at", "id"),
        Index(None, "at", "id"),
        Index(None, "actor", "at", "id"),
        Index(None, "kind", "at", "id"),
        Index(None, "outcome", "at", "id"),
    )


EVENTS: Final = table_of(AuditEventRecord)
_RECORD: Final = insert(EVENTS)
_LATEST: Final = (
    select(EVENTS)
    .where(EVENTS.c.subject == bindparam("user_id"))
    .order_by(EVENTS.c.at.desc(), EVENTS.c.id.desc())
    .limit(bindparam("rows"))
)


def _event_in(row: Row[Any]) -> AuditEvent:
    return AuditEvent(
        id=EventId(row.id),
        kind=EventKind(row.kind),
        outcome=Outcome(row.outcome),
        at=row.at,
        actor=None if row.actor is None else UserId(row.actor),
        subject=None if row.subject is None else UserId(row.subject),
        session_id=None if row.session_id is None else SessionId(row.session_id),
        origin=Origin(address=row.address, user_agent=row.user_agent, request_id=row.request_id),
        details=row.details,
    )


def _columns_of(event: AuditEvent) -> dict[str, object]:
    return {
        "id": event.id,
        "kind": event.kind.value,
        "outcome": event.outcome.value,
        "at": event.at,
        "actor": event.actor,
        "subject": event.subject,
        "session_id": event.session_id,
        "address": event.origin.address,
        "user_agent": event.origin.user_agent,
        "request_id": event.origin.request_id,
        "details": dict(event.details),
    }


class PostgresAuditTrail:
    """The record of what happened."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def record(self, event: AuditEvent) -> None:
        await self._statements.run(_RECORD, **_columns_of(event))

    async def record_all(self, events: Sequence[AuditEvent]) -> None:
        await self._statements.run_many(_RECORD, [_columns_of(event) for event in events])

    async def latest(self, *, subject: UserId, limit: int) -> Sequence[AuditEvent]:
        found = await self._statements.run(_LATEST, user_id=subject, rows=limit)
        return [_event_in(row) for row in found.rows]
