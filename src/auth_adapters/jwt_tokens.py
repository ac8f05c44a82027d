"""Signing and opening tokens with PyJWT's algorithms: ES256 for everybody to check, HS256 for ourselves.

PyJWT's own reading of tokens forgives too much (`auth_core.tokens.compact` says what), so only its algorithms are used,
on keys that are prepared once.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from auth_adapters import es256
from auth_adapters.ec_key_maker import open_private_key
from auth_adapters.extras import needs
from auth_adapters.key_vault import CannotUnseal, KeyVault
from auth_adapters.master_secret import DerivedKey
from auth_core.clock import Clock
from auth_core.errors import Unavailable
from auth_core.redacted import Redacted
from auth_core.sessions.token_pair import REFRESH_TOKEN_TYPE
from auth_core.tokens import compact
from auth_core.tokens.claims import ACCESS_TOKEN_TYPE
from auth_core.tokens.errors import InvalidToken, NoSigningKey
from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.keys import Algorithm, SigningKey

with needs("verify"):
    from cryptography.hazmat.primitives.asymmetric import ec
    from jwt.algorithms import HMACAlgorithm

_HS256: Final = HMACAlgorithm(HMACAlgorithm.SHA256)
_MOST_PREPARED: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _PreparedKey:
    algorithm: Algorithm
    header: Mapping[str, str]
    private_key: ec.EllipticCurvePrivateKey
    public_key: ec.EllipticCurvePublicKey


class JwtAccessTokenSigner:
    """Access tokens (`at+jwt`, RFC 9068 §2.1) under the keys of a ring."""

    def __init__(self, ring: KeyRing, *, vault: KeyVault, clock: Clock) -> None:
        self._ring = ring
        self._vault = vault
        self._clock = clock
        self._prepared: dict[str, _PreparedKey] = {}

    def sign(self, payload: Mapping[str, object]) -> Redacted[str]:
        """Return a token under the key that signs now. Raises: NoSigningKey, also when our vault cannot open it."""
        try:
            key = self._prepare(self._ring.signing_key(self._clock.now()))
        except CannotUnseal as error:
            raise NoSigningKey(Unavailable.SHORTLY) from error
        signing_input = compact.write_signing_input(key.header, payload)
        return Redacted(compact.write(signing_input, es256.sign(signing_input, key.private_key)))

    def open(self, token: str) -> Mapping[str, object]:
        jws = compact.read(token, typ=ACCESS_TOKEN_TYPE)
        known = self._ring.find(jws.kid, self._clock.now())
        if known is None:
            raise InvalidToken
        try:
            key = self._prepare(known)
        except CannotUnseal as error:
            raise InvalidToken from error
        if jws.algorithm != key.algorithm or not es256.verify(jws.signing_input, key.public_key, jws.signature):
            raise InvalidToken
        return compact.members(jws.unverified_payload)

    def _prepare(self, key: SigningKey) -> _PreparedKey:
        """Open the key once and remember it: its name is its thumbprint, so under one name there is one key."""
        prepared = self._prepared.get(key.kid)
        if prepared is None:
            private_key = open_private_key(key.material, self._vault)
            algorithm = key.material.algorithm
            prepared = _PreparedKey(
                algorithm=algorithm,
                header={"alg": algorithm.value, "typ": ACCESS_TOKEN_TYPE, "kid": key.kid},
                private_key=private_key,
                public_key=private_key.public_key(),
            )
            if len(self._prepared) >= _MOST_PREPARED:
                self._prepared.clear()
            self._prepared[key.kid] = prepared
        return prepared


class JwtRefreshTokenSigner:
    """Refresh tokens (`rt+jwt`), HS256 under a derived key: nobody but us needs to check them.

    The current key signs. Tokens under a previous one are still good, so that the master secret can be replaced without
    signing anybody out.
    """

    def __init__(self, current: DerivedKey, *, previous: Iterable[DerivedKey] = ()) -> None:
        self._current = current
        self._secrets = {key.id: _checked(key) for key in (*previous, current)}
        self._header = {"alg": "HS256", "typ": REFRESH_TOKEN_TYPE, "kid": current.id}

    def sign(self, payload: Mapping[str, object]) -> Redacted[str]:
        signing_input = compact.write_signing_input(self._header, payload)
        return Redacted(compact.write(signing_input, _HS256.sign(signing_input, self._current.secret.reveal())))

    def open(self, token: str) -> Mapping[str, object]:
        jws = compact.read(token, typ=REFRESH_TOKEN_TYPE)
        secret = self._secrets.get(jws.kid)
        if secret is None or jws.algorithm != "HS256":
            raise InvalidToken
        if not _HS256.verify(jws.signing_input, secret.reveal(), jws.signature):
            raise InvalidToken
        return compact.members(jws.unverified_payload)


def _checked(key: DerivedKey) -> Redacted[bytes]:
    """Refuse a key shorter than the hash (RFC 7518 §3.2)."""
    if len(key.secret.reveal()) < hashlib.sha256().digest_size:
        raise ValueError("a key for HS256 must have at least 32 bytes")
    return key.secret
