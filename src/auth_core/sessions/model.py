"""A session, and what its holder is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from auth_core.access.model import Assignment, Principal
from auth_core.audit.recorded import RecordedEvent
from auth_core.ids import SessionId, UserId
from auth_core.origin import Origin
from auth_core.redacted import Redacted
from auth_core.revocation.model import Reason
from auth_core.sessions.device import network_of
from auth_core.users.model import Profile

PASSWORD_METHOD: Final = "pwd"  # noqa: S105 - the name of a method (RFC 8176 §2), not a password


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One sign-in on one device, from log-in to its end.

    `generation` counts the links of its refresh chain; no token is stored, nor a hash of one. `advanced_at` is when
    the chain last moved. The session ends by itself at `idle_ends_at`, which every refresh moves on, and for good at
    `ends_at`, which nothing moves. `device` is what it was opened on, for people: a name of theirs, or what the user
    agent seems to be.
    """

    id: SessionId
    user_id: UserId
    generation: int
    created_at: datetime
    advanced_at: datetime
    idle_ends_at: datetime
    ends_at: datetime
    origin: Origin
    device: str
    methods: tuple[str, ...] = (PASSWORD_METHOD,)
    ended_at: datetime | None = None
    ended_because: Reason | None = None

    @property
    def network(self) -> str | None:
        """The network the session was opened from, if its address is known."""
        return network_of(self.origin.address)

    @property
    def valid_until(self) -> datetime:
        """When the session ends unless it is refreshed or ended before."""
        return min(self.idle_ends_at, self.ends_at)

    def is_live(self, now: datetime) -> bool:
        """Say whether the session can be used at `now`."""
        return self.ended_at is None and now < self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """What other sessions a user has: how many are live, and whether any, ended ones too, is on the same device.

    The same device is one that is called the same, in the same network.
    """

    live: int
    on_same_device: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """What the holder of a session is given (RFC 6749 §5.1). Lifetimes count from the moment of issue."""

    access_token: Redacted[str]
    access_lifetime: timedelta
    refresh_token: Redacted[str]
    refresh_lifetime: timedelta
    session: Session
    principal: Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPassword:
    """What may be told of a password: how often it was changed, and how many former ones are remembered."""

    changes: int
    must_change: bool
    former_kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnData:
    """Everything that is held on one person at one moment; of events, those that befell them, the newest first."""

    at: datetime
    profile: Profile
    roles: Sequence[Assignment]
    password: OwnPassword | None
    sessions: Sequence[Session]
    events: Sequence[RecordedEvent]
    older_events_left_out: bool
