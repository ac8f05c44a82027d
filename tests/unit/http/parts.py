"""The parts of a service for tests of the HTTP floor."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from auth_core import AuthCore, Policies
from auth_http.settings import Settings


@dataclass(slots=True)
class Checks:
    """Readiness as a test wants it."""

    found: dict[str, str | None] = field(default_factory=lambda: {"database": None, "keys": None})

    async def check(self) -> Mapping[str, str | None]:
        return self.found


class Parts:
    """Gives the routes what a container would."""

    def __init__(self, *, settings: Settings, auth: AuthCore | None = None) -> None:
        self._settings = settings
        self._auth = auth
        self.checks = Checks()

    def settings(self) -> Settings:
        return self._settings

    def policies(self) -> Policies:
        return self._settings.policies()

    def auth(self) -> AuthCore:
        assert self._auth is not None, "this test has no core"
        return self._auth

    def readiness(self) -> Checks:
        return self.checks
