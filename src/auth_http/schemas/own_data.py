"""What is held on somebody, as they are given it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from pydantic import ConfigDict

from auth_core.audit.recorded import RecordedEvent
from auth_core.ids import SessionId, UserId
from auth_core.sessions.model import OwnData
from auth_http.schemas.document import Answered, example
from auth_http.schemas.people import EXAMPLE_PROFILE, ProfileAnswer
from auth_http.schemas.sessions import EXAMPLE_SESSION, SessionAnswer


class By(StrEnum):
    """Who did it. Which administrator it was is not told: that is their data."""

    YOU = "you"
    SOMEBODY_ELSE = "somebody_else"
    SERVICE = "service"
    """Nobody who was signed in: the service itself, its operator, or who tried to sign in."""


class OwnRole(Answered):
    """A role, and since when it is held."""

    name: str
    since: datetime


class OwnPasswordAnswer(Answered):
    """What may be told of a password. The hash is not."""

    changes: int
    must_change: bool
    former_kept: int


class OwnEvent(Answered):
    """Something that befell the person. From where is told unless somebody else did it."""

    at: datetime
    kind: str
    outcome: str
    by: By
    address: str | None
    user_agent: str | None
    details: Mapping[str, Any]

    @classmethod
    def of(cls, event: RecordedEvent, *, owner: UserId) -> Self:
        """Write `event` for `owner`."""
        by = By.YOU if event.actor == owner else By.SERVICE if event.actor is None else By.SOMEBODY_ELSE
        anothers = by is By.SOMEBODY_ELSE
        return cls(
            at=event.at,
            kind=event.kind,
            outcome=event.outcome,
            by=by,
            address=None if anothers else event.address,
            user_agent=None if anothers else event.user_agent,
            details=event.details,
        )


class OwnDataAnswer(Answered):
    """Everything that is held on a person. `events` are the newest 5,000; whether there are older ones is told."""

    model_config = ConfigDict(
        json_schema_extra=example(
            exported_at="2026-11-24T09:05:00Z",
            profile=EXAMPLE_PROFILE,
            roles=[{"name": "user", "since": "2026-11-02T09:30:00Z"}],
            password={"changes": 1, "must_change": False, "former_kept": 0},
            sessions=[EXAMPLE_SESSION],
            events=[
                {
                    "at": "2026-11-24T08:15:00Z",
                    "kind": "login.succeeded",
                    "outcome": "success",
                    "by": "you",
                    "address": "198.51.100.7",
                    "user_agent": "Mozilla/5.0",
                    "details": {},
                }
            ],
            older_events_left_out=False,
        )
    )

    exported_at: datetime
    profile: ProfileAnswer
    roles: tuple[OwnRole, ...]
    password: OwnPasswordAnswer | None
    sessions: tuple[SessionAnswer, ...]
    events: tuple[OwnEvent, ...]
    older_events_left_out: bool

    @classmethod
    def of(cls, data: OwnData, *, current: SessionId) -> Self:
        """Write `data` for whoever asks in the session `current`."""
        user = data.profile.user
        return cls(
            exported_at=data.at,
            profile=ProfileAnswer.with_rights(user, data.profile.principal),
            roles=tuple(OwnRole(name=held.role, since=held.at) for held in data.roles),
            password=None
            if data.password is None
            else OwnPasswordAnswer(
                changes=data.password.changes,
                must_change=data.password.must_change,
                former_kept=data.password.former_kept,
            ),
            sessions=tuple(SessionAnswer.of(session, current=current) for session in data.sessions),
            events=tuple(OwnEvent.of(event, owner=user.id) for event in data.events),
            older_events_left_out=data.older_events_left_out,
        )
