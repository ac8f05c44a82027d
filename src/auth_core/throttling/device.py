"""The devices on which people have signed in: each has a budget of its own, which nobody else can use up."""

from dataclasses import dataclass
from typing import Final

from auth_core.clock import Clock
from auth_core.entropy import Entropy
from auth_core.ids import UserId
from auth_core.redacted import Redacted
from auth_core.throttling.model import DeviceId, KnownDevice
from auth_core.throttling.policy import ThrottlePolicy
from auth_core.throttling.ports import DeviceTokens

_LENGTH: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices:
    """Hands out tokens of devices after a success, and reads those that come back."""

    tokens: DeviceTokens
    entropy: Entropy
    clock: Clock
    policy: ThrottlePolicy

    def read(self, token: Redacted[str] | None) -> KnownDevice | None:
        """Return the device; None for no token, one that is too old, and whatever is none of ours."""
        if token is None:
            return None
        return self.tokens.read(token, since=self.clock.now() - self.policy.device_lifetime)

    def hand_out(self, user_id: UserId, *, known: KnownDevice | None = None) -> Redacted[str]:
        """Return a new token for the device `known`, if it is this user's, or for a device that is new."""
        if known is None or known.user_id != user_id:
            known = KnownDevice(id=DeviceId(self.entropy.token_bytes(_LENGTH)), user_id=user_id)
        return self.tokens.sign(known, now=self.clock.now())
