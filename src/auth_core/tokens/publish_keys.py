"""Let others know which keys to trust."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auth_core.clock import Clock
from auth_core.tokens.key_ring import KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishKeys:
    """The public key set (RFC 7517 §5), from what this process knows: no I/O."""

    ring: KeyRing
    clock: Clock

    def __call__(self) -> Sequence[Mapping[str, str]]:
        """Return the public keys that are next, active or retired."""
        return [key.material.public_jwk for key in self.ring.published(self.clock.now())]
