"""What the routes ask of whoever wires the service."""

from collections.abc import Mapping
from typing import Protocol

from auth_core.assembly import Policies
from auth_core.rooms import AuthCore
from auth_http.settings import Settings


class Readiness(Protocol):
    """Whether this process can serve at this moment."""

    async def check(self) -> Mapping[str, str | None]:
        """Return the name of every check, with None when it is fine and the reason when it is not."""
        ...


class Wiring(Protocol):
    """Gives the parts of the running service, the same ones at every call."""

    def settings(self) -> Settings:
        """Return what the operator chose."""
        ...

    def policies(self) -> Policies:
        """Return our choices."""
        ...

    def auth(self) -> AuthCore:
        """Return the use cases."""
        ...

    def readiness(self) -> Readiness:
        """Return who knows whether we can serve."""
        ...
