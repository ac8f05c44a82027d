"""Why a token is not accepted."""

from auth_core.errors import NotFound, Rejected, Unauthenticated, Unavailable


class MalformedToken(Rejected):
    """The text is no JSON Web Token at all."""

    code = "malformed_token"
    detail = "This is not a token."


class MissingToken(Unauthenticated):
    """The call says nothing of who is calling."""

    code = "missing_token"
    detail = "Sign in first, and send the access token along."


class InvalidToken(Unauthenticated):
    """The token is not one of ours, not of this kind, or has been tampered with."""

    code = "invalid_token"
    detail = "The token is not valid."


class ExpiredToken(InvalidToken):
    """The token was good once."""

    code = "expired_token"
    detail = "The token has expired."


class RevokedToken(InvalidToken):
    """The token has not expired, but what it stood for has ended."""

    code = "revoked_token"
    detail = "The token has been revoked."


class NoSigningKey(Unavailable):
    """No key may sign at this moment."""

    code = "no_signing_key"
    detail = "The service has no signing key yet. Please try again shortly."


class KeysUnknown(Unavailable):
    """Which keys to trust cannot be told: nobody who knows has answered for too long, or not even once."""

    code = "keys_unknown"
    detail = "Whether the token is good cannot be told right now. Please try again shortly."


class SigningKeyNotFound(NotFound):
    """There is no key of this name, or none any more."""

    code = "signing_key_not_found"
    detail = "There is no such signing key."
