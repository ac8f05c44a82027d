"""What can go wrong at sign-in."""

from auth_core.errors import Unauthenticated


class InvalidCredentials(Unauthenticated):
    """Unknown, wrong, disabled: one error for all of them, so that nobody learns who has an account."""

    code = "invalid_credentials"
    detail = "The e-mail address or the password is not correct."
