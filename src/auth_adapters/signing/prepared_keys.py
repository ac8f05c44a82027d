"""Keys opened once, and ready for use: what is sealed decides what they are, and nothing a token says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Self

from auth_adapters.key_vault import KeyVault
from auth_adapters.signing import ec_key_maker, eddsa, es256, hs256, oct_key_maker, okp_key_maker, rs256, rsa_key_maker
from auth_adapters.signing.jwk import described
from auth_core.tokens.keys import Algorithm, KeyMaterial

_MOST_PREPARED: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedKey:
    """A key of ours: how it signs, how it verifies, and what others may know of it, if anything."""

    algorithm: Algorithm
    sign: Callable[[bytes], bytes]
    verify: Callable[[bytes, bytes], bool]
    public_jwk: Mapping[str, str] | None

    @classmethod
    def of(cls, material: KeyMaterial, vault: KeyVault) -> Self:
        """Open the key. Raises: CannotUnseal."""
        match material.algorithm:
            case Algorithm.ES256:
                ec_key = ec_key_maker.open_private_key(material, vault)
                ec_public = ec_key.public_key()
                return cls._pair(
                    material,
                    ec_key_maker.public_members(ec_public),
                    sign=lambda message: es256.sign(message, ec_key),
                    verify=lambda message, signature: es256.verify(message, ec_public, signature),
                )
            case Algorithm.RS256:
                rsa_key = rsa_key_maker.open_private_key(material, vault)
                rsa_public = rsa_key.public_key()
                return cls._pair(
                    material,
                    rsa_key_maker.public_members(rsa_public),
                    sign=lambda message: rs256.sign(message, rsa_key),
                    verify=lambda message, signature: rs256.verify(message, rsa_public, signature),
                )
            case Algorithm.EDDSA:
                okp_key = okp_key_maker.open_private_key(material, vault)
                okp_public = okp_key.public_key()
                return cls._pair(
                    material,
                    okp_key_maker.public_members(okp_public),
                    sign=lambda message: eddsa.sign(message, okp_key),
                    verify=lambda message, signature: eddsa.verify(message, okp_public, signature),
                )
            case Algorithm.HS256:
                secret = oct_key_maker.open_secret(material, vault)
                return cls(
                    algorithm=material.algorithm,
                    sign=lambda message: hs256.sign(message, secret),
                    verify=lambda message, code: hs256.verify(message, secret, code),
                    public_jwk=None,
                )

    @classmethod
    def _pair(
        cls,
        material: KeyMaterial,
        public_members: Mapping[str, str],
        *,
        sign: Callable[[bytes], bytes],
        verify: Callable[[bytes, bytes], bool],
    ) -> Self:
        return cls(
            algorithm=material.algorithm,
            sign=sign,
            verify=verify,
            public_jwk=described(public_members, kid=material.kid, algorithm=material.algorithm),
        )


class PreparedKeys:
    """Remembers what it has opened."""

    def __init__(self, vault: KeyVault) -> None:
        self._vault = vault
        self._prepared: dict[str, PreparedKey] = {}

    def of(self, material: KeyMaterial) -> PreparedKey:
        """Open the key, unless it was before: its name is its thumbprint, so under one name there is one key.

        Raises: CannotUnseal.
        """
        prepared = self._prepared.get(material.kid)
        if prepared is None:
            prepared = PreparedKey.of(material, self._vault)
            if len(self._prepared) >= _MOST_PREPARED:
                self._prepared.clear()
            self._prepared[material.kid] = prepared
        return prepared
