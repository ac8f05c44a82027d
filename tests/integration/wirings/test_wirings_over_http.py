"""The behaviour tests of the wirings over a real server, real sockets and a real PostgreSQL."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import uvicorn

from auth_adapters.following import following
from auth_adapters.jwt_tokens import JwtAccessTokenSigner
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.memory import auth_in_memory, memory_ports
from auth_adapters.postgres import Database, postgres_ports
from auth_adapters.remote import remote
from auth_adapters.service_credentials import BearerCredentials
from auth_adapters.signing.vault_key_maker import VaultKeyMaker
from auth_adapters.system import SystemEntropy
from auth_adapters.verify_only import STRICT, verifying
from auth_core import AuthClient, AuthCore, AuthInProcess, Origin, Redacted, TokenVerifier
from auth_core.access.model import ADMIN
from auth_core.testing import MovableClock, an_email
from auth_core.testing.contracts.auth_client import AuthClientContract
from auth_core.testing.contracts.token_verifier import TokenVerifierContract
from auth_core.tokens.key_ring import KeyRing
from auth_http.application import application
from auth_http.settings import Settings
from tests.unit.http.parts import Parts

PASSWORD = Redacted("correct horse battery staple")
SETTINGS = Settings(public_url="https://auth.example")


@dataclass(frozen=True, kw_only=True)
class Served:
    """A service that listens, and what is behind it."""

    core: AuthCore
    clock: MovableClock
    address: str

    async def token(self) -> Redacted[str]:
        """The token of somebody who may read what is revoked."""
        email = an_email()
        await self.core.users.create(
            email=email,
            password=PASSWORD,
            first_name="Ada",
            last_name="Lovelace",
            roles=(ADMIN.name,),
            actor=None,
            origin=Origin(),
        )
        held = await self.core.login.log_in(email=email, password=PASSWORD, origin=Origin())
        return held.tokens.access_token


async def core_on(database: Database, clock: MovableClock) -> AuthCore:
    policies, entropy = SETTINGS.policies(), SystemEntropy()
    storage = postgres_ports(database, clock=clock)
    vault = KeyVault(MasterSecret(Redacted(b"m" * 32)).derive(Purpose.SIGNING_KEYS), entropy=entropy)
    ring = KeyRing(retirement=policies.tokens.retirement)
    ports = memory_ports(
        policies=policies,
        clock=clock,
        uow=storage.uow,
        candidates=storage.candidates,
        profiles=storage.profiles,
        refresh_chains=storage.refresh_chains,
        access_check=storage.access_check,
        ended_sessions=storage.ended_sessions,
        revocation_feed=storage.revocation_feed,
        old_revocations=storage.old_revocations,
        old_answers=storage.old_answers,
        key_ring=ring,
        key_maker=VaultKeyMaker(vault, entropy=entropy),
        access_tokens=JwtAccessTokenSigner(ring, vault=vault, clock=clock),
    )
    return await auth_in_memory(ports, policies=policies)


@asynccontextmanager
async def listening(app: Any) -> AsyncGenerator[str]:  # noqa: ANN401 - to uvicorn an application is what it calls
    """Serve on a free port while the block runs; whoever asks is trusted to tell the addresses of others."""
    config = uvicorn.Config(
        app,
        port=0,
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=True,
        forwarded_allow_ips="127.0.0.1",
        server_header=False,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(30):
        while not server.started:
            await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await task


@pytest.fixture(scope="module")
async def served(database: Database) -> AsyncGenerator[Served]:
    clock = MovableClock()
    core = await core_on(database, clock)
    async with (
        listening(application(Parts(settings=SETTINGS, auth=core))) as address,
        following(core.revocation.follow),
    ):
        yield Served(core=core, clock=clock, address=address)


class OverPostgres:
    @pytest.fixture
    def core(self, served: Served) -> AuthCore:
        return served.core

    @pytest.fixture
    def clock(self, served: Served) -> MovableClock:
        return served.clock

    @pytest.fixture
    def verifier(self, client: AuthClient) -> TokenVerifier:
        return client


class TestInProcess(OverPostgres, AuthClientContract, TokenVerifierContract):
    @pytest.fixture
    def client(self, core: AuthCore) -> AuthClient:
        return AuthInProcess(core)


class TestRemote(OverPostgres, AuthClientContract, TokenVerifierContract):
    @pytest.fixture
    async def client(self, served: Served) -> AsyncGenerator[AuthClient]:
        async with remote(address=served.address) as auth:
            yield auth


class TestVerifyOnly(OverPostgres, TokenVerifierContract):
    @pytest.fixture
    async def verifier(self, served: Served) -> AsyncGenerator[TokenVerifier]:
        async with verifying(
            issuer=SETTINGS.issuer,
            audience=SETTINGS.audience,
            address=served.address,
            credentials=BearerCredentials(served.token),
            revocation=replace(STRICT, poll=timedelta(milliseconds=100)),
            clock=served.clock,
        ) as verifier:
            yield verifier
