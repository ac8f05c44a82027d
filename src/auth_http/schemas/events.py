"""Audit events, as they are answered and exported."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import ConfigDict

from auth_core.audit.recorded import RecordedEvent
from auth_core.page import Page
from auth_http.schemas.document import Answered, example


class EventAnswer(Answered):
    """Something that happened: `actor` did it, and it befell `subject`.

    `at` is when it happened, `recorded_at` when the database recorded it, by its own clock. Of an event that is
    `erased` the address, user agent, request id and details are gone.
    """

    id: UUID
    kind: str
    outcome: str
    at: datetime
    recorded_at: datetime
    actor: UUID | None
    subject: UUID | None
    session_id: UUID | None
    address: str | None
    user_agent: str | None
    request_id: str | None
    details: Mapping[str, Any]
    erased: bool

    @classmethod
    def of(cls, event: RecordedEvent) -> Self:
        """Write `event`."""
        return cls(
            id=event.id,
            kind=event.kind,
            outcome=event.outcome,
            at=event.at,
            recorded_at=event.recorded_at,
            actor=event.actor,
            subject=event.subject,
            session_id=event.session_id,
            address=event.address,
            user_agent=event.user_agent,
            request_id=event.request_id,
            details=event.details,
            erased=event.is_erased,
        )


class EventsAnswer(Answered):
    """A page of what happened, the newest first; `next_cursor` asks for what follows, and is null at the end."""

    model_config = ConfigDict(
        json_schema_extra=example(
            items=[
                {
                    "id": "0199a1f4-0d11-7d20-9c3e-5b0c6cb5a001",
                    "kind": "user.disabled",
                    "outcome": "success",
                    "at": "2026-11-24T09:02:11.120000Z",
                    "recorded_at": "2026-11-24T09:02:11.122317Z",
                    "actor": "0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55",
                    "subject": "0199a1f3-9a10-7b4c-8d2e-1a6c6cb5a002",
                    "session_id": None,
                    "address": "198.51.100.7",
                    "user_agent": "Mozilla/5.0",
                    "request_id": "2f6d1e0c4a5546b0a3f19b1c7a3e5c00",
                    "details": {"sessions_ended": 2},
                    "erased": False,
                }
            ],
            next_cursor="AAZEc4kqwwABmaH0DRF9IJw-WwxstaAB",
        )
    )

    items: tuple[EventAnswer, ...]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[RecordedEvent, str]) -> Self:
        """Write `page`."""
        return cls(items=tuple(map(EventAnswer.of, page.items)), next_cursor=page.next)
