"""What can go wrong when somebody tries too often."""

from auth_core.errors import TooManyAttempts


class TriedTooOften(TooManyAttempts):
    """One of the budgets is empty. Nothing was looked at, so the answer says nothing of what was sent."""

    code = "too_many_attempts"
    detail = "There were too many attempts. Wait as long as Retry-After says, then try again."
