"""Let others know which keys to trust."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auth_core.clock import Clock
from auth_core.errors import Unavailable
from auth_core.tokens.errors import NoSigningKey
from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.ports import KeyMaker


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishKeys:
    """The public key set (RFC 7517 §5), from what this process knows: no I/O.

    Each public key follows from a private one that we have sealed. Whoever can write to the store cannot make others
    trust a key of theirs.
    """

    ring: KeyRing
    maker: KeyMaker
    clock: Clock

    def __call__(self) -> Sequence[Mapping[str, str]]:
        """Return the public keys that are next, active or retired: none of them while only HS256 is in use.

        Raises: NoSigningKey before the first key was made, when an empty set would be remembered for minutes.
        """
        keys = self.ring.published(self.clock.now())
        if not keys:
            raise NoSigningKey(Unavailable.SHORTLY)
        public_halves = (self.maker.public_half(key.material) for key in keys)
        return [each for each in public_halves if each is not None]
