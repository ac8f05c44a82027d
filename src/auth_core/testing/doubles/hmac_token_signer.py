"""A token signer for tests: HS256 (RFC 7518 §3.2) by the standard library alone."""

import hmac
from collections.abc import Callable, Mapping
from typing import Final, Self

from auth_core.clock import Clock
from auth_core.redacted import Redacted
from auth_core.tokens import compact
from auth_core.tokens.claims import ACCESS_TOKEN_TYPE
from auth_core.tokens.errors import InvalidToken
from auth_core.tokens.key_ring import KeyRing

_ALGORITHM: Final = "HS256"
_FIXED_KID: Final = "fixed"


class HmacTokenSigner:
    """Signs and opens tokens of one `typ`, as strictly as the real signers do.

    `over` takes the keys that `HmacKeyMaker` made from a ring, as access tokens do; `fixed` has one key of its own, as
    refresh tokens do.
    """

    def __init__(
        self,
        *,
        typ: str,
        signing_key: Callable[[], tuple[str, Redacted[bytes]]],
        find_key: Callable[[str], Redacted[bytes] | None],
    ) -> None:
        self._typ = typ
        self._signing_key = signing_key
        self._find_key = find_key

    @classmethod
    def over(cls, ring: KeyRing, *, clock: Clock, typ: str = ACCESS_TOKEN_TYPE) -> Self:
        """Sign with whatever key of `ring` signs at the time."""

        def signing_key() -> tuple[str, Redacted[bytes]]:
            key = ring.signing_key(clock.now())
            return key.kid, key.material.sealed_private_key

        def find_key(kid: str) -> Redacted[bytes] | None:
            key = ring.find(kid, clock.now())
            return key.material.sealed_private_key if key else None

        return cls(typ=typ, signing_key=signing_key, find_key=find_key)

    @classmethod
    def fixed(cls, secret: bytes, *, typ: str) -> Self:
        """Sign with `secret` for ever."""
        key = Redacted(secret)
        return cls(
            typ=typ, signing_key=lambda: (_FIXED_KID, key), find_key=lambda kid: key if kid == _FIXED_KID else None
        )

    def sign(self, payload: Mapping[str, object]) -> Redacted[str]:
        """Return a token. Raises: NoSigningKey."""
        kid, key = self._signing_key()
        signing_input = compact.write_signing_input({"alg": _ALGORITHM, "typ": self._typ, "kid": kid}, payload)
        return Redacted(compact.write(signing_input, _mac(key, signing_input)))

    def open(self, token: str) -> Mapping[str, object]:
        """Return what a token of ours says. Raises: MalformedToken, InvalidToken."""
        jws = compact.read(token, typ=self._typ)
        key = self._find_key(jws.kid)
        if key is None or jws.algorithm != _ALGORITHM:
            raise InvalidToken
        if not hmac.compare_digest(_mac(key, jws.signing_input), jws.signature):
            raise InvalidToken
        return compact.members(jws.unverified_payload)


def _mac(key: Redacted[bytes], message: bytes) -> bytes:
    return hmac.digest(key.reveal(), message, "sha256")
