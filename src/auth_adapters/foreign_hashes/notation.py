"""Reading the notation that hashes are kept and exchanged in."""

from typing import Final

from auth_adapters.foreign_hashes.argon2 import Argon2
from auth_adapters.foreign_hashes.digests import Digest
from auth_adapters.foreign_hashes.limits import LONGEST_TEXT, unusable
from auth_adapters.foreign_hashes.over_bcrypt import BcryptOfHex, BcryptOverDigest, OurBcrypt, OverBcrypt, PlainBcrypt
from auth_adapters.foreign_hashes.pbkdf2 import Pbkdf2
from auth_adapters.foreign_hashes.scrypt import FirebaseScrypt, Scrypt

Derived = Argon2 | Scrypt | FirebaseScrypt | Pbkdf2
"""What compares itself with a password."""
type Stored = OverBcrypt | Derived
"""What may lie in the store."""

_DERIVED: Final = (Argon2, Scrypt, FirebaseScrypt, Pbkdf2)


def read(text: str) -> Stored | Digest:
    """Return the hash that is written here. Raises: Rejected: unknown, malformed, or dearer than the limits allow."""
    scheme = text[1:].partition("$")[0] if text.startswith("$") and len(text) <= LONGEST_TEXT else ""
    for family in _DERIVED:
        if scheme in family.schemes:
            return family.parse(text)
    if scheme in ("2a", "2b", "2y"):
        return PlainBcrypt(bcrypt=text)
    if scheme == OurBcrypt.scheme:
        return OurBcrypt.parse(text)
    if scheme == BcryptOfHex.scheme:
        return BcryptOfHex.parse(text)
    if scheme.startswith(BcryptOverDigest.prefix):
        return BcryptOverDigest.parse(text)
    if scheme in Digest.schemes:
        return Digest.parse(text)
    raise unusable("unknown_scheme", "No scheme that is known here writes its hashes like this.")
