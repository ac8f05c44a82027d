"""What can go wrong with one-time tokens, and with what is sent."""

from auth_core.errors import Fault, Forbidden, Rejected


class UnusableToken(Rejected):
    """Unknown, used, expired, replaced, made for something else, or its account has changed: one error for all."""

    code = "unusable_token"
    detail = "This link is not good any more. Ask for a new one."

    def __init__(self) -> None:
        super().__init__(Fault("token", self.code, self.detail))


class NoMail(Forbidden):
    """Nobody can be told anything here, so nothing that begins with a mail can begin."""

    code = "no_mail"
    detail = "This service sends no mail. Ask an administrator."
