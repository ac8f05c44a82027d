"""What can go wrong with following revocations."""

from auth_core.errors import Fault, Rejected, Unavailable


class InvalidCursor(Rejected):
    """The text is no cursor of this feed. Ask for everything instead."""

    code = "invalid_cursor"
    detail = "This is no place in the feed. Leave it out to be told everything that is in force."

    def __init__(self) -> None:
        super().__init__(Fault("after", self.code, self.detail))


class RevocationsUnknown(Unavailable):
    """Whether a token was revoked cannot be told at this moment, and the policy is to refuse it then."""

    code = "revocations_unknown"
    detail = "Whether the token still counts cannot be told right now. Please try again shortly."
