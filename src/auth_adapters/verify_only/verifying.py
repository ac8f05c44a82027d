"""The wiring of a service that is shown tokens and needs neither a database nor a secret of ours."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from auth_adapters.extras import needs
from auth_adapters.following import Tell, following, tell_log
from auth_adapters.revocation_client import HttpRevocationFeed
from auth_adapters.service_address import checked, is_of_this_machine
from auth_adapters.service_credentials import Credentials
from auth_adapters.system import SystemClock
from auth_adapters.verify_only.key_set_client import HttpKeySet
from auth_adapters.verify_only.known_keys import KeySetPolicy, KnownKeys, kept_fresh
from auth_adapters.verify_only.public_keys import PublicKey
from auth_core.clock import Clock
from auth_core.errors import Unavailable
from auth_core.revocation.policy import Fallback, RevocationPolicy
from auth_core.tokens import compact
from auth_core.tokens.claims import ACCESS_TOKEN_TYPE, VerifiedClaims
from auth_core.tokens.errors import InvalidToken, KeysUnknown
from auth_core.tokens.policy import TokenPolicy
from auth_core.verifier import Verifier, assemble_verifier

with needs("verify"):
    import httpx2

STRICT: Final = RevocationPolicy(poll=timedelta(seconds=2), allowed_lag=timedelta(seconds=5), fallback=Fallback.STRICT)
"""News come as they happen; the service is asked again every two seconds, and past five without an answer no token is
accepted until it answers."""

LENIENT: Final = replace(STRICT, fallback=Fallback.LENIENT)
"""Past the allowed lag whatever is not known to be revoked is accepted until it expires, and counted."""

_LIFE: Final = timedelta(minutes=15)
_KEYS: Final = KeySetPolicy()
_POOL: Final = httpx2.Limits(max_connections=8, max_keepalive_connections=4)


@dataclass(frozen=True, slots=True)
class UnsafeNoRevocations:
    """In the place of credentials: follow no feed. What was signed out or disabled is accepted until it expires."""


class UnknownKey(InvalidToken):
    """The token names a key that the service was not known to sign with."""


class PublishedKeyOpener:
    """Opens access tokens that were signed with a key `find` knows; the key chooses the algorithm."""

    def __init__(self, find: Callable[[str], PublicKey | None]) -> None:
        self._find = find

    def open(self, token: str) -> Mapping[str, object]:
        jws = compact.read(token, typ=ACCESS_TOKEN_TYPE)
        key = self._find(jws.kid)
        if key is None:
            raise UnknownKey
        if jws.algorithm != key.algorithm or not key.verify(jws.signing_input, jws.signature):
            raise InvalidToken
        return compact.members(jws.unverified_payload)


class VerifyOnly:
    """A `TokenVerifier` over published keys. A token that was seen before costs no I/O and lets nobody else run."""

    def __init__(self, verifier: Verifier, keys: KnownKeys) -> None:
        self._verifier = verifier
        self._verify = verifier.verify_access_token
        self._keys = keys

    async def verify_access_token(self, *, token: str) -> VerifiedClaims:
        """Return what the token says.

        Raises: MalformedToken, InvalidToken, ExpiredToken, RevokedToken; KeysUnknown while nobody can tell which keys
        are the service's, RevocationsUnknown, in strict mode, while nobody can tell what was revoked.
        """
        if not self._keys.are_trusted():
            await self._keys.look_again()
            if not self._keys.are_trusted():
                raise KeysUnknown(Unavailable.SHORTLY)
        try:
            return await self._verify(token=token)
        except UnknownKey:
            pass
        # A key may have been revoked, and its successor signs at once.
        await self._keys.look_again()
        try:
            return await self._verify(token=token)
        except UnknownKey:
            known = not self._keys.last_look_failed
        raise InvalidToken if known else KeysUnknown(Unavailable.SHORTLY)

    def is_ready(self) -> bool:
        """Say whether keys and revocations are known well enough to rely on, for whoever asks how the process is."""
        follow = self._verifier.follow
        return self._keys.are_trusted() and (follow is None or follow.is_current())

    @property
    def accepted_unchecked(self) -> int:
        """How many times a token was accepted though nobody could tell whether it was revoked."""
        return self._verifier.lenient.accepted if self._verifier.lenient else 0


@asynccontextmanager
async def verifying(
    *,
    issuer: str,
    audience: str,
    credentials: Credentials | UnsafeNoRevocations,
    address: str | None = None,
    longest_token_life: timedelta = _LIFE,
    revocation: RevocationPolicy = STRICT,
    keys: KeySetPolicy = _KEYS,
    clock: Clock | None = None,
    client: httpx2.AsyncClient | None = None,
    unsafe_plain_http: bool = False,
    tell: Tell = tell_log,
) -> AsyncGenerator[VerifyOnly]:
    """Verify the access tokens of `issuer` for `audience` while the block runs.

    The service is at `address`, or where its issuer says. `credentials` let this process follow what is revoked.
    `longest_token_life` is not less than `AUTH_ACCESS_TOKEN_MINUTES` there. `client` is for those who need one of their
    own, for a proxy or an authority of their own; it is not closed here. `tell` hears when what is known of revocations
    goes out of date, and when it is up to date again. The first look at the service has been tried when the block
    begins; if it failed, tokens are refused as something that cannot be told until one succeeds.

    Raises: ValueError for an address that is not https, and for a policy that asks for a database.
    """
    where = checked(address or issuer, unsafe_plain_http=unsafe_plain_http)
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        if client is None:
            client = await stack.enter_async_context(
                httpx2.AsyncClient(limits=_POOL, trust_env=not is_of_this_machine(where))
            )
        known = KnownKeys(HttpKeySet(client, address=where), clock=clock, policy=keys)
        verifier = assemble_verifier(
            opener=PublishedKeyOpener(known.find),
            feed=None
            if isinstance(credentials, UnsafeNoRevocations)
            else HttpRevocationFeed(client, address=where, credentials=credentials),
            clock=clock,
            tokens=TokenPolicy(issuer=issuer, audience=audience, access_lifetime=longest_token_life),
            revocation=revocation,
        )
        known.when_a_key_goes(verifier.verified.forget_all)
        await stack.enter_async_context(kept_fresh(known))
        if verifier.follow is not None:
            known.mistrust(verifier.follow.revoked.covers_key)
            await stack.enter_async_context(following(verifier.follow, tell=tell))
        yield VerifyOnly(verifier, known)
