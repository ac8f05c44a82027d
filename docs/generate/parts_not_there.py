"""A wiring with settings and nothing behind them: enough to describe the service, too little to run it."""

from dataclasses import dataclass
from typing import Never

from auth_http.settings import Settings


@dataclass(frozen=True, slots=True)
class NothingWired:
    """Fulfils `auth_http.wiring.Wiring` as far as describing goes."""

    given: Settings

    def settings(self) -> Settings:
        """Return the settings."""
        return self.given

    def policies(self) -> Never:
        """Raise: describing needs none."""
        raise NotImplementedError

    def auth(self) -> Never:
        """Raise: nobody is served."""
        raise NotImplementedError

    def readiness(self) -> Never:
        """Raise: nobody is served."""
        raise NotImplementedError
