"""A verifier of tokens for the tests of a service that is guarded."""

from collections.abc import Mapping

from auth_core.access.model import Principal, permission, role_name
from auth_core.errors import Unavailable
from auth_core.testing.builders import a_session, a_user, claims_of
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.errors import InvalidToken, RevokedToken


class SomeoneSignedIn:
    """A `TokenVerifier` that knows one person by their `token`, and holds every other token for a forgery.

    `sign_out()` makes the token worthless. While `unavailable` is set, nobody can tell whose a token is.
    """

    def __init__(self, *permissions: str, roles: tuple[str, ...] = ("user",)) -> None:
        user = a_user()
        self.principal = Principal(
            user_id=user.id,
            security_version=0,
            roles=tuple(sorted(map(role_name, roles))),
            permissions=tuple(sorted(map(permission, permissions))),
        )
        self.claims = claims_of(self.principal, a_session(user.id).id)
        self.token = f"the.token.of-{user.id}"
        self.unavailable = False
        self._signed_out = False

    @property
    def headers(self) -> Mapping[str, str]:
        """What their requests carry."""
        return {"Authorization": f"Bearer {self.token}"}

    def sign_out(self) -> None:
        """Let the token count no more."""
        self._signed_out = True

    async def verify_access_token(self, *, token: str) -> VerifiedClaims:
        """Return what the token says. Raises: InvalidToken, RevokedToken, Unavailable."""
        if self.unavailable:
            raise Unavailable(Unavailable.SHORTLY)
        if token != self.token:
            raise InvalidToken
        if self._signed_out:
            raise RevokedToken
        return self.claims
