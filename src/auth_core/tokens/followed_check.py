"""Whether a token still counts, told from what this process knows of revocations: no I/O."""

from dataclasses import dataclass, field

from auth_core.clock import Clock
from auth_core.errors import Unavailable
from auth_core.revocation.errors import RevocationsUnknown
from auth_core.revocation.policy import RevocationPolicy
from auth_core.revocation.revoked_set import RevokedSet
from auth_core.tally import Tally
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.ports import AccessCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedAccessCheck:
    """Looks in the set, and asks `fallback` while the set may be out of date.

    What is known to be revoked stays refused, whatever the fallback thinks of it.
    """

    revoked: RevokedSet
    fallback: AccessCheck
    clock: Clock
    policy: RevocationPolicy
    fallbacks: Tally = field(default_factory=Tally)

    async def stands(self, claims: VerifiedClaims) -> bool:
        """Say whether the token counts. Raises: what the fallback raises."""
        principal = claims.principal
        if self.revoked.covers(
            session_id=claims.session_id,
            user_id=principal.user_id,
            version=principal.security_version,
            roles=principal.roles,
            roles_version=principal.roles_version,
        ):
            return False
        if self.revoked.is_current(self.clock.now(), allowed_lag=self.policy.allowed_lag):
            return True
        self.fallbacks.note(self.policy.fallback)
        return await self.fallback.stands(claims)


class RefusesWhatItCannotTell:
    """The strict fallback: rather no answer than a wrong one."""

    async def stands(self, claims: VerifiedClaims) -> bool:
        """Raises: RevocationsUnknown, always."""
        raise RevocationsUnknown(Unavailable.SHORTLY)


class AcceptsWhatItCannotTell:
    """The lenient fallback: a token that may have been revoked is good until it expires. `accepted` counts them."""

    def __init__(self) -> None:
        self.accepted = 0

    async def stands(self, claims: VerifiedClaims) -> bool:
        """Return True, always."""
        self.accepted += 1
        return True
