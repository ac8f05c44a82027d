"""Keys of every family, sealed in one vault."""

import asyncio
from collections.abc import Mapping

from auth_adapters.key_vault import CannotUnseal, KeyVault
from auth_adapters.signing import sealed_key
from auth_adapters.signing.ec_key_maker import EcKeyMaker
from auth_adapters.signing.oct_key_maker import OctKeyMaker
from auth_adapters.signing.okp_key_maker import OkpKeyMaker
from auth_adapters.signing.prepared_keys import PreparedKeys
from auth_adapters.signing.rsa_key_maker import RsaKeyMaker
from auth_core.entropy import Entropy
from auth_core.tokens.keys import Algorithm, KeyMaterial
from auth_core.upkeep.model import Seal


class VaultKeyMaker:
    """Makes whatever key the policy asks for, and seals keys anew (`Sealer`)."""

    def __init__(self, vault: KeyVault, *, entropy: Entropy) -> None:
        self._vault = vault
        self._entropy = entropy
        self._prepared = PreparedKeys(vault)

    async def make(self, algorithm: Algorithm) -> KeyMaterial:
        match algorithm:
            case Algorithm.ES256:
                return EcKeyMaker(self._vault).make()
            case Algorithm.RS256:  # the search for primes lets other threads run
                return await asyncio.to_thread(RsaKeyMaker(self._vault).make)
            case Algorithm.EDDSA:
                return OkpKeyMaker(self._vault).make()
            case Algorithm.HS256:
                return OctKeyMaker(self._vault, entropy=self._entropy).make()

    def public_half(self, key: KeyMaterial) -> Mapping[str, str] | None:
        try:
            return self._prepared.of(key).public_jwk
        except CannotUnseal:
            return None

    def reseal(self, sealed: KeyMaterial) -> KeyMaterial | Seal:
        try:
            return sealed_key.resealed(sealed, self._vault) or Seal.CURRENT
        except CannotUnseal:
            return Seal.UNREADABLE
