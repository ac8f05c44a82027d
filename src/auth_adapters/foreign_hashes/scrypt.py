"""scrypt (RFC 7914), and what Firebase makes of it."""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import ClassVar, Final, Self

from auth_adapters.extras import needs
from auth_adapters.foreign_hashes.limits import (
    LONGEST_KEY,
    LONGEST_SALT,
    MOST_MEMORY,
    MOST_SCRYPT_WORK,
    malformed,
    too_dear,
)
from auth_adapters.foreign_hashes.phc import Phc, bytes_of, text_of

with needs("verify"):
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CTR

_ROOM: Final = 1024 * 1024
"""Bytes that scrypt needs besides its table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrypt:
    """A scrypt hash. N is 2 ** `log_n`."""

    schemes: ClassVar[frozenset[str]] = frozenset({"scrypt"})
    scheme: ClassVar[str] = "scrypt"

    log_n: int
    r: int
    p: int
    salt: bytes = field(repr=False)
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _check(self.log_n, self.r, self.p, self.salt)
        if not 16 <= len(self.key) <= LONGEST_KEY:
            raise malformed("scrypt")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `$scrypt$ln=…,r=…,p=…$salt$key`. Raises: Rejected."""
        phc = Phc.parse(text)
        return cls(log_n=phc.number("ln"), r=phc.number("r"), p=phc.number("p"), salt=phc.salt, key=phc.key)

    @classmethod
    def of_n(cls, *, n: int, r: int, p: int, salt: bytes, key: bytes) -> Self:
        """Take N itself, which is a power of two. Raises: Rejected."""
        if n < 2 or n & (n - 1):
            raise malformed("scrypt")
        return cls(log_n=n.bit_length() - 1, r=r, p=p, salt=salt, key=key)

    def written(self) -> str:
        """Return the PHC string."""
        return str(Phc("scrypt", {"ln": str(self.log_n), "r": str(self.r), "p": str(self.p)}, self.salt, self.key))

    def matches(self, password: bytes) -> bool:
        """Compute it anew."""
        key = _scrypt(password, self.salt, log_n=self.log_n, r=self.r, p=self.p, length=len(self.key))
        return hmac.compare_digest(key, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirebaseScrypt:
    """A hash of Firebase: the project's signer key, encrypted under what scrypt makes of the password.

    `memory` and `rounds` are called so by Firebase; they are the logarithm of N, and r.
    """

    schemes: ClassVar[frozenset[str]] = frozenset({"firebase-scrypt"})
    scheme: ClassVar[str] = "firebase-scrypt"

    memory: int
    rounds: int
    signer_key: bytes = field(repr=False)
    separator: bytes = field(repr=False)
    salt: bytes = field(repr=False)
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _check(self.memory, self.rounds, 1, self.salt + self.separator)
        if not 16 <= len(self.signer_key) <= LONGEST_KEY or len(self.key) != len(self.signer_key):
            raise malformed("Firebase")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `$firebase-scrypt$ln=…,r=…,ss=…,k=…$salt$key`. Raises: Rejected."""
        phc = Phc.parse(text)
        return cls(
            memory=phc.number("ln"),
            rounds=phc.number("r"),
            separator=bytes_of(phc.text("ss"), scheme="Firebase"),
            signer_key=bytes_of(phc.text("k"), scheme="Firebase"),
            salt=phc.salt,
            key=phc.key,
        )

    def written(self) -> str:
        """Return all of it in one text, the signer key too."""
        parameters = {
            "ln": str(self.memory),
            "r": str(self.rounds),
            "ss": text_of(self.separator),
            "k": text_of(self.signer_key),
        }
        return str(Phc(self.scheme, parameters, self.salt, self.key))

    def matches(self, password: bytes) -> bool:
        """Encrypt the signer key anew."""
        derived = _scrypt(password, self.salt + self.separator, log_n=self.memory, r=self.rounds, p=1, length=32)
        encryptor = Cipher(AES(derived), CTR(bytes(16))).encryptor()
        return hmac.compare_digest(encryptor.update(self.signer_key) + encryptor.finalize(), self.key)


def _check(log_n: int, r: int, p: int, salt: bytes) -> None:
    if not 1 <= log_n <= 32 or not 1 <= r <= 1024 or not 1 <= p <= 1024 or len(salt) > LONGEST_SALT:
        raise malformed("scrypt")
    if (r << log_n) // 8 > MOST_MEMORY:
        raise too_dear(f"{(r << log_n) // 8} KiB of memory, where {MOST_MEMORY} are the limit")
    if (r << log_n) * p > MOST_SCRYPT_WORK:
        raise too_dear(f"N * r * p of {(r << log_n) * p}, where {MOST_SCRYPT_WORK} is the limit")


def _scrypt(password: bytes, salt: bytes, *, log_n: int, r: int, p: int, length: int) -> bytes:
    most = 128 * r * ((1 << log_n) + p) + _ROOM
    return hashlib.scrypt(password, salt=salt, n=1 << log_n, r=r, p=p, maxmem=most, dklen=length)
