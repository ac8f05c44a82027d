"""What can be wrong with a key, and what is no error."""

from auth_core.errors import Rejected
from auth_core.redacted import Redacted


class InvalidIdempotencyKey(Rejected):
    """The text is not a key."""

    code = "invalid_idempotency_key"
    detail = "A key has 1 to 128 visible ASCII characters, none of them a quote or a backslash; give one."


class IdempotencyKeyReused(Rejected):
    """The key was given to another request, or to one we cannot tell from another any more."""

    code = "idempotency_key_reused"
    detail = "This key was given to another request. Take a new one for each."


class AnsweredBefore(Exception):
    """Nothing went wrong: the call had its effect when it was made before, and this was the answer.

    It is raised, not returned, since only who wrote the answer can read it.
    """

    def __init__(self, answer: Redacted[bytes]) -> None:
        super().__init__("this call was answered before")
        self.answer = answer
