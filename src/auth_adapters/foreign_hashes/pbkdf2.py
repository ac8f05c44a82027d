"""PBKDF2 (RFC 8018 §5.2)."""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import ClassVar, Final, Self

from auth_adapters.foreign_hashes.limits import LONGEST_KEY, LONGEST_SALT, MOST_PBKDF2_ROUNDS, malformed, too_dear
from auth_adapters.foreign_hashes.phc import Phc

_DIGESTS: Final = {"sha1": 20, "sha256": 32, "sha512": 64}
_PREFIX: Final = "pbkdf2-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pbkdf2:
    """A hash of PBKDF2 with HMAC over `digest`."""

    schemes: ClassVar[frozenset[str]] = frozenset(f"{_PREFIX}{digest}" for digest in _DIGESTS)

    digest: str
    rounds: int
    salt: bytes = field(repr=False)
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if (
            self.digest not in _DIGESTS
            or self.rounds < 1
            or len(self.salt) > LONGEST_SALT
            or not 16 <= len(self.key) <= LONGEST_KEY
        ):
            raise malformed("PBKDF2")
        blocks = -(-len(self.key) // _DIGESTS[self.digest])
        if self.rounds * blocks > MOST_PBKDF2_ROUNDS:
            raise too_dear(f"{self.rounds * blocks} iterations, where {MOST_PBKDF2_ROUNDS} are the limit")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `$pbkdf2-sha256$i=…$salt$key`. Raises: Rejected."""
        phc = Phc.parse(text)
        return cls(digest=phc.scheme.removeprefix(_PREFIX), rounds=phc.number("i"), salt=phc.salt, key=phc.key)

    @property
    def scheme(self) -> str:
        return f"{_PREFIX}{self.digest}"

    def written(self) -> str:
        """Return the PHC string."""
        return str(Phc(self.scheme, {"i": str(self.rounds)}, self.salt, self.key))

    def matches(self, password: bytes) -> bool:
        """Compute it anew."""
        key = hashlib.pbkdf2_hmac(self.digest, password, self.salt, self.rounds, len(self.key))
        return hmac.compare_digest(key, self.key)
