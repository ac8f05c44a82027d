"""What can go wrong at sign-in."""

from auth_core.errors import Forbidden, Unauthenticated


class InvalidCredentials(Unauthenticated):
    """Unknown, wrong, disabled: one error for all of them, so that nobody learns who has an account."""

    code = "invalid_credentials"
    detail = "The e-mail address or the password is not correct."


class PasswordChangeRequired(Forbidden):
    """The password is right, and good for nothing but to be replaced."""

    code = "password_change_required"
    detail = "Choose a new password: sign in with the present one, and send the new one along as new_password."
