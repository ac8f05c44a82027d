"""argon2, of all three kinds and both versions (RFC 9106)."""

import hmac
from dataclasses import dataclass, field
from typing import ClassVar, Final, Self

from auth_adapters.extras import needs
from auth_adapters.foreign_hashes.limits import (
    LONGEST_KEY,
    LONGEST_SALT,
    MOST_ARGON2_LANES,
    MOST_ARGON2_WORK,
    MOST_MEMORY,
    malformed,
    too_dear,
)
from auth_adapters.foreign_hashes.phc import Phc, bytes_of

with needs("server"):
    from argon2.low_level import Type, hash_secret_raw

_KINDS: Final = {"argon2d": Type.D, "argon2i": Type.I, "argon2id": Type.ID}
_VERSIONS: Final = (0x10, 0x13)
_OLDEST: Final = 0x10


@dataclass(frozen=True, slots=True, kw_only=True)
class Argon2:
    """An argon2 hash. `memory` is in KiB."""

    schemes: ClassVar[frozenset[str]] = frozenset(_KINDS)

    kind: str
    version: int
    memory: int
    passes: int
    lanes: int
    salt: bytes = field(repr=False)
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if (
            self.kind not in _KINDS
            or self.version not in _VERSIONS
            or not 8 <= len(self.salt) <= LONGEST_SALT
            or not 4 <= len(self.key) <= LONGEST_KEY
            or self.passes < 1
            or self.lanes < 1
            or self.memory < 8 * self.lanes
        ):
            raise malformed("argon2")
        if self.memory > MOST_MEMORY:
            raise too_dear(f"{self.memory} KiB of memory, where {MOST_MEMORY} are the limit")
        if self.memory * self.passes > MOST_ARGON2_WORK:
            raise too_dear(f"{self.passes} passes over {self.memory} KiB, together more than {MOST_ARGON2_WORK} KiB")
        if self.lanes > MOST_ARGON2_LANES:
            raise too_dear(f"{self.lanes} lanes, where {MOST_ARGON2_LANES} are the limit")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `$argon2id$v=19$m=…,t=…,p=…$salt$key`; without a version it is the first. Raises: Rejected."""
        parts = text.split("$")
        has_version = len(parts) == 6 and parts[2].startswith("v=")
        version = parts.pop(2).removeprefix("v=") if has_version else str(_OLDEST)
        phc = Phc.parse("$".join(parts))
        if not (version.isascii() and version.isdigit()):
            raise malformed("argon2")
        return cls(
            kind=phc.scheme,
            version=int(version),
            memory=phc.number("m"),
            passes=phc.number("t"),
            lanes=phc.number("p"),
            salt=phc.salt,
            key=phc.key,
        )

    @classmethod
    def of_keycloak(cls, *, kind: str, version: str, memory: int, passes: int, lanes: int, salt: str, key: str) -> Self:
        """Take what Keycloak keeps in its two documents. Raises: Rejected."""
        return cls(
            kind=f"argon2{kind}",
            version={"1.0": 0x10, "1.3": 0x13}.get(version, 0),
            memory=memory,
            passes=passes,
            lanes=lanes,
            salt=bytes_of(salt, scheme="argon2"),
            key=bytes_of(key, scheme="argon2"),
        )

    @property
    def scheme(self) -> str:
        return self.kind

    def written(self) -> str:
        """Return the PHC string."""
        parameters = {"m": str(self.memory), "t": str(self.passes), "p": str(self.lanes)}
        head, _, tail = str(Phc(self.kind, parameters, self.salt, self.key)).removeprefix("$").partition("$")
        return f"${head}$v={self.version}${tail}"

    def matches(self, password: bytes) -> bool:
        """Compute it anew, with a thread for each lane."""
        key = hash_secret_raw(
            password, self.salt, self.passes, self.memory, self.lanes, len(self.key), _KINDS[self.kind], self.version
        )
        return hmac.compare_digest(key, self.key)
