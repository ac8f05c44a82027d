"""A service with real keys, and the network between it and those who verify its tokens."""

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Self

import httpx2
from fastapi import FastAPI

from auth_adapters.jwt_tokens import JwtAccessTokenSigner
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.memory import MemoryStore, auth_in_memory, memory_ports
from auth_adapters.service_credentials import BearerCredentials, Credentials
from auth_adapters.signing.vault_key_maker import VaultKeyMaker
from auth_adapters.system import SystemEntropy
from auth_adapters.verify_only import STRICT, KeySetPolicy, UnsafeNoRevocations, VerifyOnly, verifying
from auth_core import AuthCore, Origin, Policies, Redacted, RevocationPolicy
from auth_core.access.model import ADMIN, RoleName
from auth_core.login.model import LoggedIn
from auth_core.testing import MovableClock, an_email
from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.keys import Algorithm
from auth_http.settings import Settings
from tests.unit.http.parts import Parts
from tests.unit.http.service import over

QUICK = replace(STRICT, poll=timedelta(milliseconds=10))
PASSWORD = Redacted("correct horse battery staple")
SETTINGS = Settings(public_url="https://auth.example")


class Network(httpx2.AsyncBaseTransport):
    """Carries requests to `app`, counts them by path, and fails when it is told to."""

    def __init__(self, app: FastAPI) -> None:
        self._transport = httpx2.ASGITransport(app=app)
        self.carried: Counter[str] = Counter()
        self.is_cut = False

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.carried[request.url.path] += 1
        if self.is_cut:
            raise httpx2.ConnectError("nobody there")
        return await self._transport.handle_async_request(request)


@dataclass(frozen=True, kw_only=True)
class Issuer:
    auth: AuthCore
    clock: MovableClock
    policies: Policies
    network: Network

    @classmethod
    async def make(cls, *, algorithm: Algorithm = Algorithm.ES256, clock: MovableClock | None = None) -> Self:
        clock, entropy = clock or MovableClock(), SystemEntropy()
        policies = SETTINGS.policies()
        policies = replace(policies, tokens=replace(policies.tokens, algorithm=algorithm))
        vault = KeyVault(MasterSecret(Redacted(b"m" * 32)).derive(Purpose.SIGNING_KEYS), entropy=entropy)
        ring = KeyRing(retirement=policies.tokens.retirement)
        ports = memory_ports(
            store=MemoryStore(),
            policies=policies,
            clock=clock,
            key_ring=ring,
            key_maker=VaultKeyMaker(vault, entropy=entropy),
            access_tokens=JwtAccessTokenSigner(ring, vault=vault, clock=clock),
        )
        auth = await auth_in_memory(ports, policies=policies)
        network = Network(over(Parts(settings=SETTINGS, auth=auth)))
        return cls(auth=auth, clock=clock, policies=policies, network=network)

    def client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=self.network)

    async def register(self, *roles: RoleName) -> str:
        """Return the address of somebody new."""
        email = an_email()
        await self.auth.users.create(
            email=email,
            password=PASSWORD,
            first_name="Ada",
            last_name="Lovelace",
            roles=roles,
            actor=None,
            origin=Origin(),
        )
        return email

    async def signed_in(self) -> LoggedIn:
        """Somebody new who has just signed in."""
        return await self.log_in(await self.register())

    async def log_in(self, email: str) -> LoggedIn:
        return await self.auth.login.log_in(email=email, password=PASSWORD, origin=Origin())

    async def log_out(self, who: LoggedIn) -> None:
        await self.auth.sessions.log_out(user_id=who.user.id, session_id=who.tokens.session.id, origin=Origin())

    async def credentials(self) -> Credentials:
        """What lets another service follow the feed, however late it is."""
        email = await self.register(ADMIN.name)

        async def token() -> Redacted[str]:
            return (await self.log_in(email)).tokens.access_token

        return BearerCredentials(token)

    @asynccontextmanager
    async def verified_elsewhere(
        self, *, revocation: RevocationPolicy = QUICK, keys: KeySetPolicy | None = None, follows: bool = True
    ) -> AsyncGenerator[VerifyOnly]:
        """Another service that verifies our tokens."""
        async with (
            httpx2.AsyncClient(transport=self.network) as client,
            verifying(
                issuer=SETTINGS.issuer,
                audience=SETTINGS.audience,
                credentials=await self.credentials() if follows else UnsafeNoRevocations(),
                revocation=revocation,
                keys=keys or KeySetPolicy(),
                clock=self.clock,
                client=client,
            ) as verifier,
        ):
            yield verifier
