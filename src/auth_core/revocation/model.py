"""The reasons for which a session ends before its time."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a session was ended. Kept with the session and in the audit trail; never told to whoever presents a token."""

    LOGGED_OUT = "logged_out"
    LOGGED_OUT_EVERYWHERE = "logged_out_everywhere"
    ENDED_BY_USER = "ended_by_user"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a reason, not a password
    REFRESH_TOKEN_REUSED = "refresh_token_reused"  # noqa: S105 - the name of a reason, not a token
    USER_DISABLED = "user_disabled"
