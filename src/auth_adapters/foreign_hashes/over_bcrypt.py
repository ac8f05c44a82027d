"""bcrypt strings, by what bcrypt was given in place of the password."""

import hashlib
import re
from dataclasses import dataclass, field
from typing import ClassVar, Final, Self

from auth_adapters.foreign_hashes.digests import Digest
from auth_adapters.foreign_hashes.limits import DEAREST_BCRYPT, DEAREST_OF_OURS, malformed, too_dear
from auth_adapters.prehash import prehash
from auth_core.credentials.passwords.checker import is_hashable
from auth_core.redacted import Redacted

BCRYPT_SEES: Final = 72

_BCRYPT: Final = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}", re.ASCII)
_CHEAPEST: Final = 4
_HEX: Final = "$bcrypt-sha256-hex"


def plain_key(password: Redacted[str]) -> bytes | None:
    """Return the first 72 bytes as they were typed; None for what never was anybody's password."""
    text = password.reveal()
    return text.encode()[:BCRYPT_SEES] if is_hashable(password) and "\0" not in text else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainBcrypt:
    """bcrypt of the password itself: of its first 72 bytes."""

    scheme: ClassVar[str] = "bcrypt"

    bcrypt: str = field(repr=False)

    def __post_init__(self) -> None:
        _check(self.bcrypt)

    def written(self) -> str:
        return self.bcrypt

    def key(self, password: Redacted[str]) -> bytes | None:
        return plain_key(password)


@dataclass(frozen=True, slots=True, kw_only=True)
class OurBcrypt:
    """bcrypt of our pre-hash. This is how our own hashes leave, and how they come back."""

    scheme: ClassVar[str] = "bcrypt-hmac-sha384"
    prefix: ClassVar[str] = "$bcrypt-hmac-sha384"

    bcrypt: str = field(repr=False)

    def __post_init__(self) -> None:
        _check(self.bcrypt, dearest=DEAREST_OF_OURS)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `$bcrypt-hmac-sha384$2b$…`. Raises: Rejected."""
        return cls(bcrypt=text.removeprefix(cls.prefix))

    def written(self) -> str:
        return f"{self.prefix}{self.bcrypt}"

    def key(self, password: Redacted[str]) -> bytes | None:
        return prehash(password) if is_hashable(password) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BcryptOfHex:
    """bcrypt of the hexadecimal SHA-256 of the password, as Django's `bcrypt_sha256` has it."""

    scheme: ClassVar[str] = "bcrypt-sha256-hex"

    bcrypt: str = field(repr=False)

    def __post_init__(self) -> None:
        _check(self.bcrypt)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `$bcrypt-sha256-hex$2b$…`. Raises: Rejected."""
        return cls(bcrypt=text.removeprefix(_HEX))

    def written(self) -> str:
        return f"{_HEX}{self.bcrypt}"

    def key(self, password: Redacted[str]) -> bytes | None:
        text = password.reveal()
        return hashlib.sha256(text.encode()).hexdigest().encode() if is_hashable(password) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BcryptOverDigest:
    """bcrypt of our pre-hash of a weak digest: what a hash of the SHA family becomes before it is stored.

    `how` says how the digest is made of a password; its own key is not known any more.
    """

    prefix: ClassVar[str] = "bcrypt-over-"

    how: Digest
    bcrypt: str = field(repr=False)

    def __post_init__(self) -> None:
        _check(self.bcrypt)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `$bcrypt-over-sha1$salt=before$…$2b$…`. Raises: Rejected."""
        parts = text.split("$", 4)
        if len(parts) != 5:
            raise malformed("wrapped")
        _, scheme, position, salt, bcrypt = parts
        how = Digest.of_parts(scheme.removeprefix(cls.prefix), position=position.removeprefix("salt="), salt=salt)
        return cls(how=how, bcrypt=f"${bcrypt}")

    @property
    def scheme(self) -> str:
        return f"{self.prefix}{self.how.scheme}"

    def written(self) -> str:
        return f"${self.scheme}${self.how.parts()}{self.bcrypt}"

    def key(self, password: Redacted[str]) -> bytes | None:
        return self.key_of(self.how.digest_of(password.reveal().encode())) if is_hashable(password) else None

    @staticmethod
    def key_of(digest: bytes) -> bytes:
        """Return what bcrypt is given for this digest."""
        return prehash(Redacted(digest.hex()))


type OverBcrypt = PlainBcrypt | OurBcrypt | BcryptOfHex | BcryptOverDigest


def _check(text: str, *, dearest: int = DEAREST_BCRYPT) -> None:
    parts = _BCRYPT.fullmatch(text)
    if parts is None or int(parts[1]) < _CHEAPEST:
        raise malformed("bcrypt")
    if int(parts[1]) > dearest:
        raise too_dear(f"bcrypt at cost {int(parts[1])}, where {dearest} is the limit")
