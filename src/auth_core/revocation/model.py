"""Why a session ends before its time, and which access tokens stop counting with it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from auth_core.ids import SessionId, UserId


class Reason(StrEnum):
    """Why a session was ended. Kept with the session and in the audit trail; never told to whoever presents a token."""

    LOGGED_OUT = "logged_out"
    LOGGED_OUT_EVERYWHERE = "logged_out_everywhere"
    ENDED_BY_USER = "ended_by_user"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a reason, not a password
    REFRESH_TOKEN_REUSED = "refresh_token_reused"  # noqa: S105 - the name of a reason, not a token
    ENDED_BY_ADMINISTRATOR = "ended_by_administrator"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a reason, not a password
    USER_DISABLED = "user_disabled"
    USER_DELETED = "user_deleted"
    EMAIL_CHANGE_UNDONE = "email_change_undone"
    TOO_MANY_SESSIONS = "too_many_sessions"
    REVOKED_BY_CLIENT = "revoked_by_client"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRevocation:
    """No access token of this session counts any more. From `until` on there is none that has not expired."""

    session_id: SessionId
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRevocation:
    """No access token of this user with a security version below `least_version` counts any more.

    The version is a counter and not a moment, so no clock takes part in the decision. From `until` on there is no such
    token that has not expired.
    """

    user_id: UserId
    least_version: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRevocation:
    """No access token that names this role, and was written with a version of the roles below this, counts any more.

    So one revocation does for all who hold the role, however many they are. The version is a counter, as that of a user
    is. From `until` on there is no such token that has not expired.
    """

    role: str
    least_version: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRevocation:
    """No access token under the signing key of this name counts any more, whoever has written it and whenever.

    From `until` on everybody has looked at the keys again and found it gone.
    """

    kid: str
    until: datetime


type Revocation = SessionRevocation | UserRevocation | RoleRevocation | KeyRevocation
