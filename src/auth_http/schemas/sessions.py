"""Sessions, as they are answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Self
from uuid import UUID

from pydantic import ConfigDict
from pydantic.config import JsonDict

from auth_core.ids import SessionId
from auth_core.sessions.model import Session
from auth_http.schemas.document import Answered, example

EXAMPLE_SESSION: Final[JsonDict] = {
    "id": "0199a1f4-0d10-7c11-8a52-6f0c6cb5a001",
    "current": True,
    "created_at": "2026-11-24T08:15:00Z",
    "last_used_at": "2026-11-24T09:02:11Z",
    "expires_at": "2026-12-01T09:02:11Z",
    "device": "Firefox on Linux",
    "address": "198.51.100.7",
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
}


class SessionAnswer(Answered):
    """One place where somebody is signed in; `current` is the one that asks.

    `device` is what the person called it when they signed in, or what `user_agent` seems to be. `last_used_at` is the
    log-in or the last refresh: other requests write nothing, so it lies up to the life of an access token behind.
    """

    id: UUID
    current: bool
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    device: str
    address: str | None
    user_agent: str | None

    @classmethod
    def of(cls, session: Session, *, current: SessionId) -> Self:
        """Write `session`."""
        return cls(
            id=session.id,
            current=session.id == current,
            created_at=session.created_at,
            last_used_at=session.advanced_at,
            expires_at=session.valid_until,
            device=session.device,
            address=session.origin.address,
            user_agent=session.origin.user_agent,
        )


class SessionsAnswer(Answered):
    """Where somebody is signed in, the session used last first."""

    model_config = ConfigDict(json_schema_extra=example(items=[EXAMPLE_SESSION]))

    items: tuple[SessionAnswer, ...]

    @classmethod
    def of(cls, sessions: Sequence[Session], *, current: SessionId) -> Self:
        """Write `sessions`."""
        return cls(items=tuple(SessionAnswer.of(session, current=current) for session in sessions))
