"""How a password becomes what is stored, and how the two are compared.

bcrypt sees 72 bytes, refuses more, and takes a password and its repetition with NUL between for the same. So it is
given 64 printable bytes that depend on the whole password. They are keyed with a fixed label, so that plain hashes of
the same password, stolen elsewhere, are of no use against ours. The bcrypt string is then sealed under a key that is
not in the database (the pepper): whoever steals the database alone has nothing to crack.
"""

import base64
import binascii
import hmac
import re
from typing import Final, Protocol

from auth_adapters.extras import needs
from auth_adapters.key_vault import CannotUnseal, KeyVault
from auth_core.credentials.passwords.checker import is_hashable, normalized
from auth_core.credentials.passwords.model import PasswordHash, Verification
from auth_core.redacted import Redacted

with needs("server"):
    import bcrypt

CHEAPEST: Final = 4
DEAREST: Final = 16
"""Costs, as powers of two. At 16 one hash takes seconds: no policy and no stored hash may ask for more."""

_LABEL: Final = b"auth-service password v1"
_CONTEXT: Final = "password"
_SEALED_PREFIX: Final = "$sealed-bcrypt$"
_BCRYPT: Final = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}", re.ASCII)
_BCRYPT_SEES: Final = 72
_DECOY_TAIL: Final = "." * 53
"""A salt and a digest of zeros: a hash nobody knows a password for, without having to compute one."""


class BcryptAlgorithm(Protocol):
    """The part of the bcrypt package that is used here."""

    def gensalt(self, rounds: int, /) -> bytes: ...

    def hashpw(self, password: bytes, salt: bytes, /) -> bytes: ...

    def checkpw(self, password: bytes, hashed: bytes, /) -> bool: ...


class UnreadableHash(Exception):
    """A stored hash is broken, of an unknown scheme, absurdly dear, or sealed under a pepper we no longer have."""


class BcryptScheme:
    """Hashes and verifies at one cost, under one vault. Every call of `hash` and `verify` keeps a core busy."""

    def __init__(self, *, cost: int, pepper: KeyVault, algorithm: BcryptAlgorithm = bcrypt) -> None:
        if not CHEAPEST <= cost <= DEAREST:
            raise ValueError(f"the cost must lie between {CHEAPEST} and {DEAREST}")
        self._cost = cost
        self._foreign_cap = min(cost + 2, DEAREST)
        self._pepper = pepper
        self._bcrypt = algorithm

    def hash(self, password: Redacted[str]) -> PasswordHash:
        """Return what to store. Raises: ValueError when the password is not one `is_hashable` accepts."""
        if not is_hashable(password):
            raise ValueError("this cannot be a password")
        hashed = self._bcrypt.hashpw(prehash(password), self._bcrypt.gensalt(self._cost))
        return self._seal(Redacted(hashed))

    def verify(self, password: Redacted[str], stored: PasswordHash | None) -> Verification:
        """Compare. Whatever is stored, or nothing, a password that does not match costs what the decoy costs.

        The exception is a hash dearer than our cost, which is there only after the cost was lowered.
        """
        if stored is None:
            self._spend(self._cost)
            return Verification(matches=False)
        text = stored.reveal()
        try:
            if text.startswith(_SEALED_PREFIX):
                return self._verify_sealed(password, text)
            return self._verify_foreign(password, text)
        except UnreadableHash:
            self._spend(self._cost)
            return Verification(matches=False, unreadable=True)

    def reseal(self, stored: PasswordHash) -> PasswordHash | None:
        """Return the same hash sealed under the current pepper; None when it is, or is from elsewhere and not sealed.

        Raises: UnreadableHash.
        """
        text = stored.reveal()
        if not text.startswith(_SEALED_PREFIX):
            return None
        sealed, hashed = self._unseal(text)
        return None if self._pepper.is_current(sealed) else self._seal(hashed)

    def _verify_sealed(self, password: Redacted[str], text: str) -> Verification:
        sealed, hashed = self._unseal(text)
        key = prehash(password) if is_hashable(password) else None
        matches, cost = self._compare(key, hashed.reveal().decode("ascii", "replace"), cap=DEAREST)
        return Verification(
            matches=matches, stale=matches and (cost != self._cost or not self._pepper.is_current(sealed))
        )

    def _seal(self, hashed: Redacted[bytes]) -> PasswordHash:
        sealed = self._pepper.seal(hashed, context=_CONTEXT)
        return PasswordHash(Redacted(_SEALED_PREFIX + base64.urlsafe_b64encode(sealed).decode("ascii")))

    def _unseal(self, text: str) -> tuple[bytes, Redacted[bytes]]:
        """Return what was sealed as it lies in the store, and what is in it. Raises: UnreadableHash."""
        try:
            sealed = base64.b64decode(text.removeprefix(_SEALED_PREFIX), altchars=b"-_", validate=True)
            return sealed, self._pepper.open(sealed, context=_CONTEXT)
        except (binascii.Error, ValueError, CannotUnseal) as error:
            raise UnreadableHash from error

    def _verify_foreign(self, password: Redacted[str], hashed: str) -> Verification:
        """Compare with a plain hash from another system, which was made of the first 72 bytes as they were typed.

        Only 72 bytes are known of a longer password, so whatever follows them becomes part of it at the rehash.
        """
        text = password.reveal()
        key = text.encode()[:_BCRYPT_SEES] if is_hashable(password) and "\0" not in text else None
        matches, _ = self._compare(key, hashed, cap=self._foreign_cap)
        return Verification(matches=matches, stale=matches)

    def _compare(self, key: bytes | None, hashed: str, *, cap: int) -> tuple[bool, int]:
        """Compare with a bcrypt string and say its cost; no key matches nothing and costs as much.

        What is sealed was made by us, perhaps at a higher cost than today's; what is not may come from anybody.
        """
        parts = _BCRYPT.fullmatch(hashed)
        cost = int(parts[1]) if parts else 0
        if not CHEAPEST <= cost <= cap:
            raise UnreadableHash
        try:
            matches = self._bcrypt.checkpw(key or b"", hashed.encode("ascii")) and key is not None
        except ValueError as error:  # a salt that is none, found before any work
            raise UnreadableHash from error
        if not matches:
            self._make_up_for(cost)
        return matches, cost

    def _make_up_for(self, cost: int) -> None:
        """Spend what our cost would have taken more, or accounts with an old hash answer sooner than unknown ones."""
        for missing in range(cost, self._cost):
            self._spend(missing)

    def _spend(self, cost: int) -> None:
        self._bcrypt.checkpw(b"", f"$2b${cost:02}${_DECOY_TAIL}".encode("ascii"))


def prehash(password: Redacted[str]) -> bytes:
    """Return 64 printable bytes that every character of the password counts in."""
    return base64.b64encode(hmac.digest(_LABEL, normalized(password).reveal().encode(), "sha384"))
