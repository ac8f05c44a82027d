"""Sealing what is stored: AES-256-GCM (NIST SP 800-38D) under keys that are not in the store."""

from collections.abc import Iterable
from typing import Final

from auth_adapters.extras import needs
from auth_adapters.master_secret import DerivedKey
from auth_core.entropy import Entropy
from auth_core.redacted import Redacted

with needs("verify"):
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT: Final = b"\x01"
_KEY_ID_LENGTH: Final = 8
_NONCE_LENGTH: Final = 12
_HEAD_LENGTH: Final = len(_FORMAT) + _KEY_ID_LENGTH + _NONCE_LENGTH
_TAG_LENGTH: Final = 16


class CannotUnseal(Exception):
    """What was sealed cannot be opened: damaged, put in another place, or sealed under a key we no longer have."""


class KeyVault:
    """Seals under the current key; opens what any of its keys sealed.

    What is sealed looks like `format (1 byte) | key id (8) | nonce (12) | ciphertext | tag (16)`. The format, the key
    id and the caller's `context` are authenticated: what was sealed in one place does not open in another.
    """

    def __init__(self, current: DerivedKey, *, previous: Iterable[DerivedKey] = (), entropy: Entropy) -> None:
        self._current = bytes.fromhex(current.id)
        self._ciphers = {bytes.fromhex(key.id): AESGCM(key.secret.reveal()) for key in (*previous, current)}
        self._entropy = entropy

    def seal(self, secret: Redacted[bytes], *, context: str) -> bytes:
        """Return `secret`, readable with our key and for this `context` only; sealed twice it looks different."""
        nonce = self._entropy.token_bytes(_NONCE_LENGTH)
        head = _FORMAT + self._current
        return head + nonce + self._ciphers[self._current].encrypt(nonce, secret.reveal(), head + context.encode())

    def open(self, sealed: bytes, *, context: str) -> Redacted[bytes]:
        """Return what was sealed for `context`. Raises: CannotUnseal."""
        cipher = self._ciphers.get(_key_id(sealed))
        if len(sealed) < _HEAD_LENGTH + _TAG_LENGTH or not sealed.startswith(_FORMAT) or cipher is None:
            raise CannotUnseal("not sealed under a key of ours")
        head, nonce = sealed[: len(_FORMAT) + _KEY_ID_LENGTH], sealed[len(_FORMAT) + _KEY_ID_LENGTH : _HEAD_LENGTH]
        try:
            return Redacted(cipher.decrypt(nonce, sealed[_HEAD_LENGTH:], head + context.encode()))
        except InvalidTag:
            raise CannotUnseal("damaged, or sealed for another place") from None

    def is_current(self, sealed: bytes) -> bool:
        """Say whether this was sealed under the current key."""
        return _key_id(sealed) == self._current


def _key_id(sealed: bytes) -> bytes:
    return sealed[len(_FORMAT) : len(_FORMAT) + _KEY_ID_LENGTH]
