"""Everything a caller could hold and confuse: a text of each kind, the signed ones under our own keys."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from auth_adapters.jwt_tokens import JwtAccessTokenSigner, JwtRefreshTokenSigner
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.memory import MemoryStore, auth_in_memory, memory_ports
from auth_adapters.signing.hs256 import sign as sign_hs256
from auth_adapters.signing.prepared_keys import PreparedKey
from auth_adapters.signing.vault_key_maker import VaultKeyMaker
from auth_adapters.system import SystemEntropy
from auth_core import Origin, Redacted
from auth_core.access.model import ADMIN
from auth_core.testing import NOON, MovableClock, UnsafeFastHasher
from auth_core.tokens import compact
from auth_core.tokens.key_ring import KeyRing
from auth_http.settings import Settings
from tests.unit.http.parts import Parts
from tests.unit.http.service import PASSWORD, Service, over

ACCESS: Final = "an access token"
REFRESH: Final = "a refresh token"
OTHER_TYPES: Final = (
    "JWT", "at+JWT", "AT+JWT", "application/at+jwt", "rt+JWT", "id+jwt", "logout+jwt", "reset+jwt", "verify+jwt",
    "change-email+jwt", "invite+jwt", "state+jwt", "secevent+jwt", "client-authentication+jwt", "dpop+jwt", "",
)  # fmt: skip

_MASTER: Final = MasterSecret(Redacted(b"m" * 32))
_VAULT: Final = KeyVault(_MASTER.derive(Purpose.SIGNING_KEYS), entropy=SystemEntropy())

type Claims = Mapping[str, Any]
type Sign = Callable[[str, Claims], str]


@dataclass(frozen=True, slots=True)
class House:
    """A service with the signers of the real one, and its keys."""

    service: Service
    by_access_key: Sign
    by_refresh_key: Sign

    async def signed_in(self) -> dict[str, Any]:
        """Let somebody sign in who may do everything, and return what they hold."""
        answer = await self.service.log_in(email="admin@example.com")
        held: dict[str, Any] = answer.json()
        return held

    async def texts(self) -> dict[str, str]:
        """Return a text of every kind, by its name."""
        held = await self.signed_in()
        access, refresh = held["access_token"], held["refresh_token"]
        access_claims, refresh_claims = claims_of(access), claims_of(refresh)
        random = SystemEntropy().token_bytes(32)
        texts = {
            ACCESS: access,
            REFRESH: refresh,
            "a one-time token": base64.urlsafe_b64encode(random).decode().rstrip("="),
            "a client secret": f"authcs_{base64.urlsafe_b64encode(random).decode().rstrip('=')}",
            "hexadecimal digits": random.hex(),
            "a session id": access_claims["sid"],
            "a user id": access_claims["sub"],
            "a token id": access_claims["jti"],
            "three dots": "a.b.c",
            "an access token under the refresh key": self.by_refresh_key("at+jwt", access_claims),
            "a refresh token under the access key": self.by_access_key("rt+jwt", refresh_claims),
            "refresh claims as an access token": self.by_access_key("at+jwt", refresh_claims),
            "access claims as a refresh token": self.by_refresh_key("rt+jwt", access_claims),
            "all claims as an access token": self.by_access_key("at+jwt", {**access_claims, **refresh_claims}),
        }
        for typ in OTHER_TYPES:
            for key, sign in (("access", self.by_access_key), ("refresh", self.by_refresh_key)):
                for name, claims in (("access", access_claims), ("refresh", refresh_claims)):
                    texts[f"{typ!r} with {name} claims under the {key} key"] = sign(typ, claims)
        return texts


async def a_house() -> House:
    """Return a service with somebody in it who may do everything."""
    settings = Settings(throttle=False)  # a whole matrix of wrong tokens is shown to it
    policies = settings.policies()
    clock, hasher, store = MovableClock(NOON), UnsafeFastHasher(), MemoryStore()
    ring = KeyRing(retirement=policies.tokens.retirement)
    refresh_key = _MASTER.derive(Purpose.REFRESH_TOKENS)
    ports = memory_ports(
        store=store,
        policies=policies,
        clock=clock,
        hasher=hasher,
        key_ring=ring,
        key_maker=VaultKeyMaker(_VAULT, entropy=SystemEntropy()),
        access_tokens=JwtAccessTokenSigner(ring, vault=_VAULT, clock=clock),
        refresh_tokens=JwtRefreshTokenSigner(refresh_key),
    )
    auth = await auth_in_memory(ports, policies=policies)
    await auth.users.create(
        email="admin@example.com",
        password=Redacted(PASSWORD),
        first_name="Ada",
        last_name="Lovelace",
        roles=(ADMIN.name,),
        actor=None,
        origin=Origin(),
    )
    parts = Parts(settings=settings, auth=auth)
    service = Service(app=over(parts), parts=parts, auth=auth, clock=clock, hasher=hasher, store=store)
    signing_key = ring.signing_key(clock.now())
    prepared = PreparedKey.of(signing_key.material, _VAULT)

    def by_access_key(typ: str, claims: Claims) -> str:
        header = {"alg": prepared.algorithm.value, "typ": typ, "kid": signing_key.kid}
        signing_input = compact.write_signing_input(header, claims)
        return compact.write(signing_input, prepared.sign(signing_input))

    def by_refresh_key(typ: str, claims: Claims) -> str:
        signing_input = compact.write_signing_input({"alg": "HS256", "typ": typ, "kid": refresh_key.id}, claims)
        return compact.write(signing_input, sign_hs256(signing_input, refresh_key.secret))

    return House(service, by_access_key, by_refresh_key)


def claims_of(token: str) -> Claims:
    """Return what a token says."""
    payload = token.split(".")[1]
    return compact.members(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
