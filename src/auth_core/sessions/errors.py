"""What can go wrong with sessions."""

from auth_core.errors import NotFound, Unauthenticated


class InvalidRefreshToken(Unauthenticated):
    """The refresh token cannot be traded. It is one error for every cause; the audit trail knows which it was."""

    code = "invalid_refresh_token"
    detail = "The refresh token is not valid. Please sign in again."


class SessionNotFound(NotFound):
    """The caller has no such session."""

    code = "session_not_found"
    detail = "There is no such session."
