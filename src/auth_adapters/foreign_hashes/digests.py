"""Quick digests of the SHA family, which protect nothing: read, wrapped in bcrypt at once, and never stored."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal, Self

from auth_adapters.foreign_hashes.limits import LONGEST_SALT, malformed
from auth_adapters.foreign_hashes.phc import bytes_of, text_of

type Position = Literal["none", "before", "after"]

LENGTHS: Final = {"md5": 16, "sha1": 20, "sha256": 32, "sha512": 64}
_POSITIONS: Final[Mapping[str, Position]] = {"none": "none", "before": "before", "after": "after"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A digest of the password, with a salt before or after it, or with none. Without a `key` it says only how."""

    schemes: ClassVar[frozenset[str]] = frozenset(LENGTHS)

    scheme: str
    position: Position
    salt: bytes = field(repr=False, default=b"")
    key: bytes = field(repr=False, default=b"")

    def __post_init__(self) -> None:
        if (
            self.scheme not in LENGTHS
            or len(self.key) not in (0, LENGTHS[self.scheme])
            or len(self.salt) > LONGEST_SALT
            or (self.position == "none") != (not self.salt)
        ):
            raise malformed(self.scheme if self.scheme in LENGTHS else "SHA")

    @classmethod
    def of_parts(cls, scheme: str, *, position: str, salt: str, key: bytes = b"") -> Self:
        """Take what stands in a text. Raises: Rejected."""
        if position not in _POSITIONS:
            raise malformed(scheme if scheme in LENGTHS else "SHA")
        return cls(scheme=scheme, position=_POSITIONS[position], salt=bytes_of(salt, scheme=scheme), key=key)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `$sha1$salt=before$salt$key`. Raises: Rejected."""
        parts = text.split("$")
        if len(parts) != 5:
            raise malformed("SHA")
        _, scheme, position, salt, key = parts
        read = cls.of_parts(
            scheme, position=position.removeprefix("salt="), salt=salt, key=bytes_of(key, scheme=scheme)
        )
        if not read.key:
            raise malformed(scheme)
        return read

    def parts(self) -> str:
        """Return how it is made, as a part of a text."""
        return f"salt={self.position}${text_of(self.salt)}"

    def written(self) -> str:
        """Return it in one text."""
        return f"${self.scheme}${self.parts()}${text_of(self.key)}"

    def digest_of(self, password: bytes) -> bytes:
        """Digest a password the same way."""
        salted = self.salt + password if self.position == "before" else password + self.salt
        return hashlib.new(self.scheme, salted, usedforsecurity=False).digest()
