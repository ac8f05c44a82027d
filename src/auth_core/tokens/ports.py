"""What tokens need: somebody to sign, somewhere to keep keys, and the present standing of what a token stands for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from auth_core.audit.ports import AuditTx
from auth_core.redacted import Redacted
from auth_core.revocation.ports import RevocationsTx
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.keys import Algorithm, KeyId, KeyMaterial, SigningKey


class TokenOpener(Protocol):
    """Opens tokens of one kind: one `typ`, one family of keys. It need not be able to make one."""

    def open(self, token: str) -> Mapping[str, object]:
        """Return the payload of a token of this kind whose signature is good; its claims are still to be judged.

        Reads strictly (`compact.read`), takes the algorithm from the key and never from the token.
        Raises: MalformedToken for what is no JWS, InvalidToken for everything else.
        """
        ...


class TokenSigner(TokenOpener, Protocol):
    """Opens tokens of one kind, and signs them."""

    def sign(self, payload: Mapping[str, object]) -> Redacted[str]:
        """Return a compact JWS of `payload`. Raises: NoSigningKey."""
        ...


class KeyMaker(Protocol):
    """Makes keys, and knows its own again."""

    async def make(self, algorithm: Algorithm) -> KeyMaterial:
        """Return a new key, its private half sealed. May take a second, in which others can run."""
        ...

    def public_half(self, key: KeyMaterial) -> Mapping[str, str] | None:
        """Return the public JWK (RFC 7517 §4) that follows from the sealed private half, whatever is stored beside it.

        None when nothing may be published: the algorithm has no public half, or we have not sealed this key. Asked for
        with every request for the key set, so what was opened once is remembered.
        """
        ...


class SigningKeys(Protocol):
    """The keys of the service, as stored."""

    async def list_all(self) -> Sequence[SigningKey]:
        """Return every key, by number."""
        ...

    async def add(self, key: SigningKey) -> bool:
        """Keep `key`; False when its number is taken. Of any number of simultaneous calls exactly one gets True."""
        ...

    async def revoke(self, kid: KeyId, *, now: datetime) -> bool:
        """Stop trusting the key of this name, for ever.

        Of any number of simultaneous calls exactly one gets True. False when there is no such key, or it was revoked
        before.
        """
        ...

    async def reseal(self, kid: KeyId, new: Redacted[bytes], *, old: Redacted[bytes]) -> bool:
        """Replace the sealed private half if it is still `old`, to the letter, and say whether it was."""
        ...

    async def remove(self, number: int) -> None:
        """Forget the key of this number, if there is one."""
        ...


class AccessCheck(Protocol):
    """Whether what a token stands for still holds at this moment."""

    async def stands(self, claims: VerifiedClaims) -> bool:
        """Say whether the session is live, its user active, and their security version not past the token's."""
        ...


class TokenVerifier(Protocol):
    """Tells whose an access token is, by whatever means: `AuthCore.tokens` is one, and so is every other wiring."""

    async def verify_access_token(self, *, token: str) -> VerifiedClaims:
        """Return what the token says.

        Raises: MalformedToken, InvalidToken, ExpiredToken, RevokedToken; Unavailable when nobody can tell whether it
        stands.
        """
        ...


class KeysTx(AuditTx, RevocationsTx, Protocol):
    """The transaction slice of this room."""

    @property
    def signing_keys(self) -> SigningKeys: ...
