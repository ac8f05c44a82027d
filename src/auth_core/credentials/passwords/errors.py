"""What can go wrong with passwords."""

from auth_core.errors import Rejected, Unauthenticated, Unavailable


class WeakPassword(Rejected):
    """The new password is not good enough. `faults` says everything that is wrong with it."""

    code = "weak_password"
    detail = "This password cannot be used."


class WrongPassword(Unauthenticated):
    """The current password is not this one."""

    code = "wrong_password"
    detail = "The current password is not correct."


class Busy(Unavailable):
    """More passwords are waiting to be hashed than can be served in time."""

    code = "busy"
    detail = "Too many people are signing in at this moment. Please try again shortly."
