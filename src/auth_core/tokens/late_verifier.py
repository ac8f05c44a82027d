"""A verifier for guards that are made before the one they are to ask."""

from collections.abc import Generator
from contextlib import contextmanager

from auth_core.errors import Unavailable
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.ports import TokenVerifier


class LateVerifier:
    """A `TokenVerifier` that passes every question on, and cannot tell while there is nobody to pass it on to.

    Guards are written down with the routes and functions they guard, when a module is imported. What they ask is often
    opened only when the program starts, or is another one in a test.
    """

    def __init__(self) -> None:
        self._verifier: TokenVerifier | None = None

    @contextmanager
    def asking(self, verifier: TokenVerifier) -> Generator[None]:
        """Pass questions on to `verifier` while the block runs, and afterwards to whom they were passed on before."""
        before, self._verifier = self._verifier, verifier
        try:
            yield
        finally:
            self._verifier = before

    async def verify_access_token(self, *, token: str) -> VerifiedClaims:
        """Return what the token says. Raises: what the verifier raises, and Unavailable while there is none."""
        if self._verifier is None:
            raise Unavailable(Unavailable.SHORTLY)
        return await self._verifier.verify_access_token(token=token)
