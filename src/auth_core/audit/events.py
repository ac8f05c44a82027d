"""The closed catalogue of security events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from auth_core.ids import EventId, SessionId, UserId
from auth_core.origin import Origin


class EventKind(StrEnum):
    """Everything that is worth a line in the audit trail. Names are stable: they are stored and exported."""

    USER_REGISTERED = "user.registered"
    USER_CREATED = "user.created"
    ADMINISTRATOR_SET_UP = "administrator.set_up"
    USER_IMPORTED = "user.imported"
    USERS_EXPORTED = "users.exported"
    USER_UPDATED = "user.updated"
    USER_DISABLED = "user.disabled"
    USER_ENABLED = "user.enabled"
    USER_DELETED = "user.deleted"
    USER_RESTORED = "user.restored"
    USER_ERASED = "user.erased"
    USER_CHANGE_REFUSED = "user.change_refused"
    USER_ROLES_CHANGED = "user.roles_changed"
    USER_ROLES_REFUSED = "user.roles_refused"
    ROLE_DEFINED = "role.defined"
    ROLE_DELETED = "role.deleted"
    ROLE_CHANGE_REFUSED = "role.change_refused"
    LOGGED_IN = "login.succeeded"
    LOGIN_FAILED = "login.failed"
    NEW_DEVICE = "login.new_device"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 - the name of an event, not a password
    PASSWORD_CHANGE_FAILED = "password.change_failed"  # noqa: S105 - the name of an event, not a password
    PASSWORD_RESET = "password.reset"  # noqa: S105 - the name of an event, not a password
    PASSWORD_RESET_ASKED = "password.reset_asked"  # noqa: S105 - the name of an event, not a password
    PASSWORD_RECOVERED = "password.recovered"  # noqa: S105 - the name of an event, not a password
    PASSWORD_CHANGE_DEMANDED = "password.change_demanded"  # noqa: S105 - the name of an event, not a password
    EMAIL_PROOF_ASKED = "email.proof_asked"
    EMAIL_VERIFIED = "email.verified"
    EMAIL_CHANGE_ASKED = "email.change_asked"
    EMAIL_CHANGED = "email.changed"
    EMAIL_CHANGE_UNDONE = "email.change_undone"
    STORED_PASSWORD_UNREADABLE = "password.stored_hash_unreadable"  # noqa: S105 - the name of an event
    SESSION_ENDED = "session.ended"
    SESSIONS_ENDED = "sessions.ended"
    REFRESH_TOKEN_REUSED = "refresh_token.reused"  # noqa: S105 - the name of an event, not a token
    REFRESH_TOKEN_IMPOSSIBLE = "refresh_token.impossible"  # noqa: S105 - the name of an event, not a token
    SIGNING_KEY_CREATED = "signing_key.created"
    SIGNING_KEY_REVOKED = "signing_key.revoked"
    CLIENT_CREATED = "client.created"
    CLIENT_PERMITTED = "client.permitted"
    CLIENT_DISABLED = "client.disabled"
    CLIENT_ENABLED = "client.enabled"
    CLIENT_SECRET_ROTATED = "client.secret_rotated"  # noqa: S105 - the name of an event, not a secret
    CLIENT_DELETED = "client.deleted"
    CLIENT_AUTHENTICATION_FAILED = "client.authentication_failed"
    MESSAGE_RETRIED = "message.retried"
    MESSAGE_DROPPED = "message.dropped"
    TRAIL_ERASED = "audit.personal_data_erased"
    TRAIL_SHORTENED = "audit.shortened"

    @property
    def is_alarm(self) -> bool:
        """Whether somebody should look at this now: it does not happen to honest users of a healthy service."""
        return self in _ALARMS


_ALARMS = frozenset(
    {
        EventKind.REFRESH_TOKEN_REUSED,
        EventKind.REFRESH_TOKEN_IMPOSSIBLE,
        EventKind.STORED_PASSWORD_UNREADABLE,
        EventKind.EMAIL_CHANGE_UNDONE,
        EventKind.SIGNING_KEY_REVOKED,
    }
)


class Outcome(StrEnum):
    """How what the event tells of ended."""

    SUCCESS = "success"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One thing that happened: who did what to whom, when, from where.

    `actor` is None for somebody unknown and for the system itself; `subject` is the user it happened to. `details`
    hold what the kind needs besides, never a secret and never free text a caller typed.
    """

    id: EventId
    kind: EventKind
    outcome: Outcome
    at: datetime
    actor: UserId | None
    subject: UserId | None
    session_id: SessionId | None = None
    origin: Origin
    details: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))
