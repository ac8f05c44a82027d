"""Private keys as they are stored: in PKCS #8 (RFC 5208), sealed under their own name.

What opens in our vault is ours, and nothing else that is stored about a key is believed: who can write to the store
cannot make us sign with, or trust, a key of theirs.
"""

from collections.abc import Mapping
from dataclasses import replace

from auth_adapters.extras import needs
from auth_adapters.key_vault import KeyVault
from auth_adapters.signing.jwk import described, thumbprint
from auth_core.redacted import Redacted
from auth_core.tokens.keys import Algorithm, KeyId, KeyMaterial

with needs("verify"):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes


def seal(
    private_key: PrivateKeyTypes, *, algorithm: Algorithm, public_members: Mapping[str, str], vault: KeyVault
) -> KeyMaterial:
    """Return the key as it is stored, named by the thumbprint of its public half."""
    kid = thumbprint(public_members)
    document = Redacted(
        private_key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return KeyMaterial(
        kid=kid,
        algorithm=algorithm,
        public_jwk=described(public_members, kid=kid, algorithm=algorithm),
        sealed_private_key=Redacted(vault.seal(document, context=context_of(kid, algorithm))),
    )


def unseal(material: KeyMaterial, vault: KeyVault) -> PrivateKeyTypes:
    """Return the private key that was sealed under this name; of which kind it is remains to be seen.

    Raises: CannotUnseal.
    """
    context = context_of(material.kid, material.algorithm)
    document = vault.open(material.sealed_private_key.reveal(), context=context)
    # The seal vouches for what was sealed. To prove an RSA key sound again takes a tenth of a second.
    return serialization.load_der_private_key(document.reveal(), password=None, unsafe_skip_rsa_key_validation=True)


def resealed(material: KeyMaterial, vault: KeyVault) -> KeyMaterial | None:
    """Return the key sealed under the vault's current key; None when it is. Raises: CannotUnseal."""
    sealed = material.sealed_private_key.reveal()
    context = context_of(material.kid, material.algorithm)
    document = vault.open(sealed, context=context)
    if vault.is_current(sealed):
        return None
    return replace(material, sealed_private_key=Redacted(vault.seal(document, context=context)))


def context_of(kid: KeyId, algorithm: Algorithm) -> str:
    """Return the one place in which what is sealed opens again: a private key never opens as a shared secret."""
    return f"signing {'key' if algorithm.has_public_half else 'secret'} {kid}"
