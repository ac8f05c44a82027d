"""What verifying elsewhere costs: a token seen before, tokens that name unknown keys, and the way of a sign-out.

CPU time of one process that has published keys and follows the feed, the calls taking turns with the core's own; then
a service that listens on this machine, over a store in memory, and how long after the answer to a log-out the token is
refused by the process that only verifies.
"""

import asyncio
import base64
import json
import logging
import statistics
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Never

import structlog
import uvicorn

from auth_adapters.following import following
from auth_adapters.jwt_tokens import JwtAccessTokenSigner
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.memory import auth_in_memory, memory_ports
from auth_adapters.service_credentials import BearerCredentials
from auth_adapters.signing.vault_key_maker import VaultKeyMaker
from auth_adapters.system import SystemClock, SystemEntropy
from auth_adapters.verify_only import VerifyOnly, verifying
from auth_core import AuthCore, InvalidToken, Origin, Policies, Redacted, RevokedToken, TokenVerifier
from auth_core.access.model import ADMIN
from auth_core.login.model import LoggedIn
from auth_core.tokens.key_ring import KeyRing
from auth_http.application import application
from auth_http.settings import Settings

PASSWORD = Redacted("correct horse battery staple")
SETTINGS = Settings(public_url="https://auth.example")
PEOPLE = 200


@dataclass(frozen=True, kw_only=True)
class Wired:
    """Gives the routes what they need here."""

    core: AuthCore

    def settings(self) -> Settings:
        """Return what the operator chose."""
        return SETTINGS

    def policies(self) -> Policies:
        """Return our choices."""
        return SETTINGS.policies()

    def auth(self) -> AuthCore:
        """Return the use cases."""
        return self.core

    def readiness(self) -> Never:
        """Raise: nobody asks."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service that listens, and somebody who verifies its tokens elsewhere."""

    core: AuthCore
    verifier: VerifyOnly

    async def signed_in(self, number: int) -> LoggedIn:
        """Sign somebody new in."""
        email = f"somebody-{number}@example.com"
        await self.core.users.register(
            email=email, password=PASSWORD, first_name="Ada", last_name="Lovelace", origin=Origin()
        )
        return await self.core.login.log_in(email=email, password=PASSWORD, origin=Origin())


async def measure(*, quick: bool) -> dict[str, object]:
    """Return microseconds of CPU per call, and milliseconds from a log-out to the refusal."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    calls, rounds, sign_outs = (2_000, 3, 50) if quick else (20_000, 15, 1_000)
    async with _a_service() as service:
        tokens = [(await service.signed_in(number)).tokens.access_token.reveal() for number in range(PEOPLE)]
        cpu = await _cpu(service, tokens, calls=calls, rounds=rounds)
        ways = [await _sign_out(service, PEOPLE + number) for number in range(sign_outs)]
    ways.sort()
    return {
        "unit": "µs of CPU per call, best and median; ms from the answer to a log-out to the refusal elsewhere",
        "found": cpu,
        "sign-outs": {
            "count": sign_outs,
            "p50 ms": round(statistics.median(ways), 2),
            "p99 ms": round(ways[int(0.99 * len(ways))], 2),
            "longest ms": round(ways[-1], 2),
        },
    }


async def _cpu(service: Service, tokens: Sequence[str], *, calls: int, rounds: int) -> dict[str, object]:
    unknown = [_naming_key(f"k{number}") for number in range(len(tokens))]
    ways: dict[str, tuple[Callable[[str], Awaitable[object]], Sequence[str], int]] = {
        "a token seen before, in process": (_verification(service.core.tokens), tokens, calls),
        "a token seen before, verify-only": (_verification(service.verifier), tokens, calls),
        "a token that names an unknown key, verify-only": (_refusal(service.verifier), unknown, calls // 20),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (call, presented, times) in ways.items():
            await asyncio.sleep(0.05)  # A call to be measured lets nobody else run, not even who follows the feed.
            began = time.process_time()
            for number in range(times):
                await call(presented[number % len(presented)])
            taken[name].append((time.process_time() - began) / times * 1e6)
    return {
        name: {"best": round(min(each), 2), "median": round(statistics.median(each), 2)} for name, each in taken.items()
    }


def _verification(verifier: TokenVerifier) -> Callable[[str], Awaitable[object]]:
    async def verify(token: str) -> object:
        return await verifier.verify_access_token(token=token)

    return verify


def _refusal(verifier: TokenVerifier) -> Callable[[str], Awaitable[object]]:
    async def refuse(token: str) -> object:
        try:
            await verifier.verify_access_token(token=token)
        except InvalidToken:
            return None
        raise AssertionError("a token under an unknown key was accepted")

    return refuse


def _naming_key(kid: str) -> str:
    parts = ({"alg": "ES256", "typ": "at+jwt", "kid": kid}, {"sub": "x"}, "s" * 60)
    return ".".join(base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts)


async def _sign_out(service: Service, number: int) -> float:
    """Return the milliseconds until the token is refused elsewhere."""
    who = await service.signed_in(number)
    token = who.tokens.access_token.reveal()
    await service.verifier.verify_access_token(token=token)
    await service.core.sessions.log_out(user_id=who.user.id, session_id=who.tokens.session.id, origin=Origin())
    began = time.perf_counter()
    while True:
        try:
            await service.verifier.verify_access_token(token=token)
        except RevokedToken:
            return (time.perf_counter() - began) * 1e3
        await asyncio.sleep(0)


@asynccontextmanager
async def _a_service() -> AsyncGenerator[Service]:
    clock, entropy, policies = SystemClock(), SystemEntropy(), SETTINGS.policies()
    vault = KeyVault(MasterSecret(Redacted(b"m" * 32)).derive(Purpose.SIGNING_KEYS), entropy=entropy)
    ring = KeyRing(retirement=policies.tokens.retirement)
    ports = memory_ports(
        policies=policies,
        clock=clock,
        key_ring=ring,
        key_maker=VaultKeyMaker(vault, entropy=entropy),
        access_tokens=JwtAccessTokenSigner(ring, vault=vault, clock=clock),
    )
    core = await auth_in_memory(ports, policies=policies)
    email = "reader@example.com"
    await core.users.create(
        email=email, password=PASSWORD, first_name="R", last_name="R", roles=(ADMIN.name,), actor=None, origin=Origin()
    )

    async def token() -> Redacted[str]:
        return (await core.login.log_in(email=email, password=PASSWORD, origin=Origin())).tokens.access_token

    async with (
        following(core.revocation.follow),
        _listening(application(Wired(core=core))) as address,
        verifying(
            issuer=SETTINGS.issuer, audience=SETTINGS.audience, address=address, credentials=BearerCredentials(token)
        ) as verifier,
    ):
        yield Service(core=core, verifier=verifier)


@asynccontextmanager
async def _listening(app: Any) -> AsyncGenerator[str]:  # noqa: ANN401 - to uvicorn an application is what it calls
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None, log_level="warning"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await task
