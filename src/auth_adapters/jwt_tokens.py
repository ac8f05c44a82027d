"""Signing and opening tokens: under the keys of a ring for access tokens, under a key of our own for refresh tokens.

PyJWT's own reading of tokens forgives too much (`auth_core.tokens.compact` says what), so only its algorithms are used,
on keys that are prepared once.
"""

from collections.abc import Iterable, Mapping

from auth_adapters.key_vault import CannotUnseal, KeyVault
from auth_adapters.master_secret import DerivedKey
from auth_adapters.signing import hs256
from auth_adapters.signing.prepared_keys import PreparedKeys
from auth_core.clock import Clock
from auth_core.errors import Unavailable
from auth_core.redacted import Redacted
from auth_core.sessions.token_pair import REFRESH_TOKEN_TYPE
from auth_core.tokens import compact
from auth_core.tokens.claims import ACCESS_TOKEN_TYPE
from auth_core.tokens.errors import InvalidToken, NoSigningKey
from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.keys import Algorithm


class JwtAccessTokenSigner:
    """Access tokens (`at+jwt`, RFC 9068 §2.1) under the keys of a ring, each with the algorithm it was made for."""

    def __init__(self, ring: KeyRing, *, vault: KeyVault, clock: Clock) -> None:
        self._ring = ring
        self._clock = clock
        self._keys = PreparedKeys(vault)

    def sign(self, payload: Mapping[str, object]) -> Redacted[str]:
        """Return a token under the key that signs now. Raises: NoSigningKey, also when our vault cannot open it."""
        signing_key = self._ring.signing_key(self._clock.now())
        try:
            key = self._keys.of(signing_key.material)
        except CannotUnseal as error:
            raise NoSigningKey(Unavailable.SHORTLY) from error
        header = {"alg": key.algorithm.value, "typ": ACCESS_TOKEN_TYPE, "kid": signing_key.kid}
        signing_input = compact.write_signing_input(header, payload)
        return Redacted(compact.write(signing_input, key.sign(signing_input)))

    def open(self, token: str) -> Mapping[str, object]:
        jws = compact.read(token, typ=ACCESS_TOKEN_TYPE)
        known = self._ring.find(jws.kid, self._clock.now())
        if known is None:
            raise InvalidToken
        try:
            key = self._keys.of(known.material)
        except CannotUnseal as error:
            raise InvalidToken from error
        if jws.algorithm != key.algorithm or not key.verify(jws.signing_input, jws.signature):
            raise InvalidToken
        return compact.members(jws.unverified_payload)


class JwtRefreshTokenSigner:
    """Refresh tokens (`rt+jwt`), HS256 under a derived key: nobody but us needs to check them.

    The current key signs. Tokens under a previous one are still good, so that the master secret can be replaced without
    signing anybody out.
    """

    def __init__(self, current: DerivedKey, *, previous: Iterable[DerivedKey] = ()) -> None:
        self._current = current
        self._secrets = {key.id: _checked(key) for key in (*previous, current)}
        self._header = {"alg": Algorithm.HS256.value, "typ": REFRESH_TOKEN_TYPE, "kid": current.id}

    def sign(self, payload: Mapping[str, object]) -> Redacted[str]:
        signing_input = compact.write_signing_input(self._header, payload)
        return Redacted(compact.write(signing_input, hs256.sign(signing_input, self._current.secret)))

    def open(self, token: str) -> Mapping[str, object]:
        jws = compact.read(token, typ=REFRESH_TOKEN_TYPE)
        secret = self._secrets.get(jws.kid)
        if secret is None or jws.algorithm != Algorithm.HS256:
            raise InvalidToken
        if not hs256.verify(jws.signing_input, secret, jws.signature):
            raise InvalidToken
        return compact.members(jws.unverified_payload)


def _checked(key: DerivedKey) -> Redacted[bytes]:
    if len(key.secret.reveal()) < hs256.SHORTEST_SECRET:
        raise ValueError(f"a key for HS256 must have at least {hs256.SHORTEST_SECRET} bytes")
    return key.secret
