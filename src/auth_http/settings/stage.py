"""How much is at stake: what may be made up, and what must be given."""

from enum import StrEnum


class Stage(StrEnum):
    """Where the service runs."""

    DEVELOPMENT = "development"
    TEST = "test"
    STAGING = "staging"
    PRODUCTION = "production"

    @property
    def is_guarded(self) -> bool:
        """Whether people rely on it: then nothing is made up, and nothing unsafe is taken."""
        return self in (Stage.STAGING, Stage.PRODUCTION)
