"""How a password becomes what is stored, and how the two are compared.

bcrypt sees 72 bytes, refuses more, and takes a password and its repetition with NUL between for the same. So it is
given 64 printable bytes that depend on the whole password. They are keyed with a fixed label, so that plain hashes of
the same password, stolen elsewhere, are of no use against ours. The bcrypt string is then sealed under a key that is
not in the database (the pepper): whoever steals the database alone has nothing to crack.

Hashes that people brought with them from another system are sealed as well, and stay what they are until their owner
signs in.
"""

import base64
import binascii
import re
from typing import Final, Protocol

from auth_adapters.bcrypt_pace import BcryptPace
from auth_adapters.extras import needs
from auth_adapters.foreign_hashes.digests import Digest
from auth_adapters.foreign_hashes.notation import Derived, Stored, read
from auth_adapters.foreign_hashes.over_bcrypt import BcryptOverDigest, OurBcrypt, plain_key
from auth_adapters.key_vault import CannotUnseal, KeyVault
from auth_adapters.prehash import prehash
from auth_core.credentials.passwords.checker import is_hashable
from auth_core.credentials.passwords.model import PasswordHash, Verification
from auth_core.errors import Rejected
from auth_core.redacted import Redacted

with needs("server"):
    import bcrypt

CHEAPEST: Final = 4
DEAREST: Final = 16
"""Costs, as powers of two. At 16 one hash takes seconds: no policy and no stored hash may ask for more."""

_CONTEXT: Final = "password"
_FOREIGN_CONTEXT: Final = "password from elsewhere"
_SEALED_PREFIX: Final = "$sealed-bcrypt$"
_SEALED_FOREIGN_PREFIX: Final = "$sealed-foreign$"
_BCRYPT: Final = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}", re.ASCII)
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
        self._pace = BcryptPace()

    def hash(self, password: Redacted[str]) -> PasswordHash:
        """Return what to store. Raises: ValueError when the password is not one `is_hashable` accepts."""
        if not is_hashable(password):
            raise ValueError("this cannot be a password")
        hashed = self._bcrypt.hashpw(prehash(password), self._bcrypt.gensalt(self._cost))
        return self._seal(Redacted(hashed))

    def wrap(self, weak: Digest) -> PasswordHash:
        """Return what to store in place of a quick digest: bcrypt over it."""
        key = BcryptOverDigest.key_of(weak.key)
        hashed = self._bcrypt.hashpw(key, self._bcrypt.gensalt(self._cost)).decode("ascii")
        how = Digest(scheme=weak.scheme, position=weak.position, salt=weak.salt)
        return self.seal(BcryptOverDigest(how=how, bcrypt=hashed))

    def seal(self, hashed: Stored) -> PasswordHash:
        """Return what to store for a hash from elsewhere, or for one of ours that comes back. Takes microseconds."""
        if isinstance(hashed, OurBcrypt):
            return self._seal(Redacted(hashed.bcrypt.encode("ascii")))
        return self._seal(Redacted(hashed.written().encode("ascii")), foreign=True)

    def unsealed(self, stored: PasswordHash) -> Redacted[str]:
        """Return the hash in the notation others can read, protected by nothing but itself. Raises: UnreadableHash."""
        text = stored.reveal()
        if text.startswith((_SEALED_PREFIX, _SEALED_FOREIGN_PREFIX)):
            text = self._unseal(text)[1].reveal().decode("ascii", "replace")
            if not stored.reveal().startswith(_SEALED_FOREIGN_PREFIX):
                text = f"{OurBcrypt.prefix}{text}"
        try:
            return Redacted(read(text).written())
        except Rejected:
            raise UnreadableHash from None

    def verify(self, password: Redacted[str], stored: PasswordHash | None) -> Verification:
        """Compare. Whatever is stored, or nothing, a password that does not match costs what the decoy costs.

        The exceptions are a hash dearer than our cost, which is there only after the cost was lowered, and those from
        elsewhere that are dearer than ours; what is cheaper and not bcrypt is topped up by the clock, about.
        """
        if stored is None:
            self._spend(self._cost)
            return Verification(matches=False)
        text = stored.reveal()
        try:
            if text.startswith(_SEALED_PREFIX):
                return self._verify_sealed(password, text)
            if text.startswith(_SEALED_FOREIGN_PREFIX):
                return self._verify_sealed_foreign(password, text)
            return self._verify_foreign(password, text)
        except UnreadableHash:
            self._spend(self._cost)
            return Verification(matches=False, unreadable=True)

    def reseal(self, stored: PasswordHash) -> PasswordHash | None:
        """Return the same hash sealed under the current pepper; None when it is, or is from elsewhere and not sealed.

        Raises: UnreadableHash.
        """
        text = stored.reveal()
        if not text.startswith((_SEALED_PREFIX, _SEALED_FOREIGN_PREFIX)):
            return None
        sealed, hashed = self._unseal(text)
        if self._pepper.is_current(sealed):
            return None
        return self._seal(hashed, foreign=text.startswith(_SEALED_FOREIGN_PREFIX))

    def _verify_sealed(self, password: Redacted[str], text: str) -> Verification:
        sealed, hashed = self._unseal(text)
        key = prehash(password) if is_hashable(password) else None
        matches, cost = self._compare(key, hashed.reveal().decode("ascii", "replace"), cap=DEAREST)
        return Verification(
            matches=matches, stale=matches and (cost != self._cost or not self._pepper.is_current(sealed))
        )

    def _seal(self, hashed: Redacted[bytes], *, foreign: bool = False) -> PasswordHash:
        sealed = self._pepper.seal(hashed, context=_FOREIGN_CONTEXT if foreign else _CONTEXT)
        prefix = _SEALED_FOREIGN_PREFIX if foreign else _SEALED_PREFIX
        return PasswordHash(Redacted(prefix + base64.urlsafe_b64encode(sealed).decode("ascii")))

    def _unseal(self, text: str) -> tuple[bytes, Redacted[bytes]]:
        """Return what was sealed as it lies in the store, and what is in it. Raises: UnreadableHash."""
        foreign = text.startswith(_SEALED_FOREIGN_PREFIX)
        encoded = text.removeprefix(_SEALED_FOREIGN_PREFIX if foreign else _SEALED_PREFIX)
        try:
            sealed = base64.b64decode(encoded, altchars=b"-_", validate=True)
            return sealed, self._pepper.open(sealed, context=_FOREIGN_CONTEXT if foreign else _CONTEXT)
        except (binascii.Error, ValueError, CannotUnseal) as error:
            raise UnreadableHash from error

    def _verify_sealed_foreign(self, password: Redacted[str], text: str) -> Verification:
        _, opened = self._unseal(text)
        try:
            hashed = read(opened.reveal().decode("ascii", "replace"))
        except Rejected as error:  # a limit was lowered since, or somebody wrote this who is not us
            raise UnreadableHash from error
        if isinstance(hashed, Digest):
            raise UnreadableHash
        if isinstance(hashed, Derived):
            matches = self._derive(password, hashed)
        else:
            matches, _ = self._compare(hashed.key(password), hashed.bcrypt, cap=DEAREST)
        return Verification(matches=matches, stale=matches)

    def _derive(self, password: Redacted[str], hashed: Derived) -> bool:
        """Compare with what is not bcrypt; who does not match has also waited as long as for ours."""
        text = password.reveal()
        # HMAC, on which PBKDF2 and scrypt are built, takes a key and the same with NUL behind it for one.
        key = text.encode() if is_hashable(password) and "\0" not in text else None
        with self._pace.stopwatch() as elapsed:
            matches = hashed.matches(key or b"") and key is not None
        if not matches:
            for missing in self._pace.worth(elapsed.seconds, of=self._cost, cheapest=CHEAPEST):
                self._spend(missing)
        return matches

    def _verify_foreign(self, password: Redacted[str], hashed: str) -> Verification:
        """Compare with a plain hash from another system, which was made of the first 72 bytes as they were typed.

        Only 72 bytes are known of a longer password, so whatever follows them becomes part of it at the rehash.
        """
        matches, _ = self._compare(plain_key(password), hashed, cap=self._foreign_cap)
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
            with self._pace.stopwatch(cost=cost):
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
        with self._pace.stopwatch(cost=cost):
            self._bcrypt.checkpw(b"", f"$2b${cost:02}${_DECOY_TAIL}".encode("ascii"))
