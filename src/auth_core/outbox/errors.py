"""What can go wrong with messages."""

from auth_core.errors import NotFound


class UnreadableMessage(Exception):
    """A stored message cannot be opened, or is not known here."""


class MessageNotFound(NotFound):
    """There is no such message, or nothing can be done about it any more."""

    code = "message_not_found"
    detail = "There is no such message that is waiting or was given up."
