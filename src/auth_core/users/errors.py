"""What can go wrong with accounts."""

from auth_core.errors import Conflict, Fault, Forbidden, NotFound, Rejected


class InvalidEmail(Rejected):
    """The text is not an address mail could be sent to."""

    code = "invalid_email"
    detail = "This is not an e-mail address that mail can be sent to."

    def __init__(self) -> None:
        super().__init__(Fault("email", self.code, self.detail))


class InvalidName(Rejected):
    """The text cannot be part of a person's name."""

    code = "invalid_name"
    detail = "A name has 1 to 100 characters, all of them printable."

    def __init__(self, field: str) -> None:
        super().__init__(Fault(field, self.code, self.detail))


class InvalidSearch(Rejected):
    """Nothing anybody is called can begin like this."""

    code = "invalid_search"
    detail = "What is searched for has 254 characters at most, all of them printable."

    def __init__(self) -> None:
        super().__init__(Fault("q", self.code, self.detail))


class InvalidUserCursor(Rejected):
    """The text is no place in this listing. Begin at the first page instead."""

    code = "invalid_user_cursor"
    detail = "This is no place in this listing: not with these filters, in this order. Leave it out to begin again."

    def __init__(self) -> None:
        super().__init__(Fault("cursor", self.code, self.detail))


class EmailTaken(Conflict):
    """Another account has this address."""

    code = "email_taken"
    detail = "There is an account with this e-mail address already."


class RegistrationClosed(Forbidden):
    """Accounts are made by administrators here."""

    code = "registration_closed"
    detail = "Registration is closed. Ask an administrator for an account."


class SetUpRefused(Forbidden):
    """Nobody makes the first administrator like this, for whatever reason."""

    code = "set_up_refused"
    detail = "The secret is wrong, or there is nothing to set up."


class UserDeleted(Conflict):
    """The account is deleted: all that can be done with it is to restore it."""

    code = "user_deleted"
    detail = "This account is deleted. Restore it first."


class UserNotDeleted(Conflict):
    """The account is in use: it is deleted first, and erased then."""

    code = "user_not_deleted"
    detail = "This account is not deleted. Delete it first, or say that it is to be erased at once."


class UserNotFound(NotFound):
    """No user answers to this identity or address."""

    code = "user_not_found"
    detail = "There is no such user."
