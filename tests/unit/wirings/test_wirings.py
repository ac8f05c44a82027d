"""One set of behaviour tests over every wiring: what a service sees of the core is the same in each."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import httpx2
import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from auth_adapters.remote import remote
from auth_core import AuthClient, AuthCore, AuthInProcess, TokenVerifier
from auth_core.testing import MovableClock
from auth_core.testing.contracts.auth_client import AuthClientContract
from auth_core.testing.contracts.recovery_client import RecoveryClientContract
from auth_core.testing.contracts.token_verifier import TokenVerifierContract
from auth_http.settings import Settings
from auth_http.settings.mail import MailMode
from tests.unit.http.service import Service, a_service
from tests.unit.verify_only.issuer import Issuer

ADDRESS = "https://auth.example"


class OverMemory:
    """The service in memory, whatever stands before it."""

    @pytest.fixture
    async def service(self) -> Service:
        return await a_service(Settings(mail=MailMode.OFF))

    @pytest.fixture
    def core(self, service: Service) -> AuthCore:
        return service.auth

    @pytest.fixture
    def clock(self, service: Service) -> MovableClock:
        return service.clock

    @pytest.fixture
    def verifier(self, client: AuthClient) -> TokenVerifier:
        return client


class TestInProcess(OverMemory, AuthClientContract, RecoveryClientContract, TokenVerifierContract):
    @pytest.fixture
    def client(self, core: AuthCore) -> AuthClient:
        return AuthInProcess(core)


class TestRemote(OverMemory, AuthClientContract, RecoveryClientContract, TokenVerifierContract):
    @pytest.fixture
    async def client(self, service: Service) -> AsyncIterator[AuthClient]:
        # As uvicorn does where we are trusted to tell the addresses of others.
        app: Any = service.app
        trusting: Any = ProxyHeadersMiddleware(app, trusted_hosts="127.0.0.1")
        transport = httpx2.ASGITransport(app=trusting)
        async with httpx2.AsyncClient(transport=transport) as client, remote(address=ADDRESS, client=client) as auth:
            yield auth


class TestVerifyOnly(TokenVerifierContract):
    @pytest.fixture
    async def issuer(self) -> Issuer:
        return await Issuer.make()

    @pytest.fixture
    def core(self, issuer: Issuer) -> AuthCore:
        return issuer.auth

    @pytest.fixture
    def clock(self, issuer: Issuer) -> MovableClock:
        return issuer.clock

    @pytest.fixture
    async def verifier(self, issuer: Issuer) -> AsyncGenerator[TokenVerifier]:
        async with issuer.verified_elsewhere() as verifier:
            yield verifier
