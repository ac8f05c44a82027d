"""What can go wrong, said by what the caller can do about it.

Every error the core raises is one of the kinds below, and every concrete error carries a stable `code`. None of
them knows of HTTP: entry points translate kinds, not cases. What an error says is safe to show to its caller;
what else is known about it is in the audit trail.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one input: the field it is in, a stable code, and a sentence for people."""

    field: str
    code: str
    detail: str


class AuthError(Exception):
    """The root of everything the core raises on purpose. `code` is stable; the message is for people."""

    code: ClassVar[str]
    detail: ClassVar[str]

    def __init__(self) -> None:
        super().__init__(self.detail)


class Rejected(AuthError):
    """The input is not acceptable; sending it again unchanged cannot help. `faults` names every reason at once."""

    code: ClassVar[str] = "rejected"
    detail: ClassVar[str] = "The input is not acceptable."

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults


class Unauthenticated(AuthError):
    """Who the caller is could not be proven."""


class Forbidden(AuthError):
    """The caller is known and may not do this."""


class NotFound(AuthError):
    """There is no such thing, or the caller may not know of it."""


class Conflict(AuthError):
    """The input is fine but the present state does not allow it."""


class ChangedMeanwhile(Conflict):
    """What was to be changed is not as the caller has last seen it. Nothing was done."""

    code: ClassVar[str] = "precondition_failed"
    detail: ClassVar[str] = "This has been changed since you read it. Read it again, and repeat what is still wanted."


class _Later(AuthError):
    """Trying again after `retry_after` may help."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__()
        self.retry_after = retry_after


class TooManyAttempts(_Later):
    """The caller has tried too often and must wait."""


class Unavailable(_Later):
    """The service cannot do this now, through no fault of the caller."""

    code: ClassVar[str] = "unavailable"
    detail: ClassVar[str] = "The service cannot answer right now. Please try again shortly."
    SHORTLY: ClassVar[timedelta] = timedelta(seconds=1)


class OutcomeUnknown(Unavailable):
    """The connection to the store broke while it was committing: the change happened, or it did not.

    Every use case may be called again with the same input; what it finds tells it which it was.
    """

    code: ClassVar[str] = "outcome_unknown"
    detail: ClassVar[str] = "The change may or may not have been made. Please repeat the request."
