"""What verifying an access token costs: seen before, seen for the first time, and beside a call that does nothing.

CPU time of one process over ES256 keys and a set of revocations of the usual size, the calls taking turns. Nothing of
it reaches for a network or a disk: the check that would ask the store raises.
"""

import statistics
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from auth_adapters.jwt_tokens import JwtAccessTokenSigner
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.memory import FOR_TESTS, auth_in_memory, memory_ports
from auth_adapters.signing.vault_key_maker import VaultKeyMaker
from auth_adapters.system import SystemEntropy
from auth_core import AuthCore, Origin, Policies, Redacted, RevocationPolicy, SessionPolicy, UserPolicy
from auth_core.testing import MovableClock, a_session_revocation
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.key_ring import KeyRing

PEOPLE = 200
REVOKED = 1_000


class NobodyToAsk:
    """Stands where the store would be asked."""

    async def stands(self, claims: VerifiedClaims) -> bool:
        """Raises: AssertionError, always."""
        raise AssertionError("verifying asked the store")


async def measure(*, quick: bool) -> dict[str, object]:
    """Return microseconds of CPU per call and their ratios, best of several rounds and median."""
    calls, rounds = (2_000, 3) if quick else (20_000, 15)
    seen, tokens = await a_process(remembered=4096)
    forgetful, same_tokens = await a_process(remembered=0)
    verify_seen, verify_first = seen.tokens.verify_access_token, forgetful.tokens.verify_access_token

    async def nothing(*, token: str) -> str:
        return token

    ways: dict[str, tuple[Callable[..., Awaitable[object]], Sequence[str], int]] = {
        "a call that does nothing": (nothing, tokens, calls),
        "a token seen before": (verify_seen, tokens, calls),
        "a token seen for the first time": (verify_first, same_tokens, calls // 20),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (call, presented, times) in ways.items():
            began = time.process_time()
            for number in range(times):
                await call(token=presented[number % len(presented)])
            taken[name].append((time.process_time() - began) / times * 1e6)
    best = {name: min(each) for name, each in taken.items()}
    return {
        "unit": "µs of CPU per call: best and median",
        "found": {
            name: {"best": round(min(each), 2), "median": round(statistics.median(each), 2)}
            for name, each in taken.items()
        },
        "ratios": {
            "first time to seen before": round(
                best["a token seen for the first time"] / best["a token seen before"], 1
            ),
        },
        "revocations in the set": REVOKED,
        "KiB per remembered token": await _memory_per_token(),
    }


async def a_process(*, remembered: int) -> tuple[AuthCore, list[str]]:
    """Return a process that follows its feed, and the tokens of some people."""
    clock, entropy = MovableClock(), SystemEntropy()
    policies = Policies(
        tokens=replace(FOR_TESTS.tokens, remembered=remembered),
        users=UserPolicy(),
        sessions=SessionPolicy(most=None),
        revocation=RevocationPolicy(poll=timedelta(milliseconds=10)),
    )
    ring = KeyRing(retirement=policies.tokens.retirement)
    vault = KeyVault(MasterSecret(Redacted(b"m" * 32)).derive(Purpose.SIGNING_KEYS), entropy=entropy)
    ports = replace(
        memory_ports(clock=clock, policies=policies, key_ring=ring),
        key_maker=VaultKeyMaker(vault, entropy=entropy),
        access_tokens=JwtAccessTokenSigner(ring, vault=vault, clock=clock),
        access_check=NobodyToAsk(),
    )
    auth = await auth_in_memory(ports, policies=policies)
    async with ports.uow() as tx:
        await tx.revocations.add(*(a_session_revocation() for _ in range(REVOKED)))
    await auth.revocation.follow()
    password = Redacted("correct horse battery staple")
    user = await auth.users.register(
        email="ada@example.com", password=password, first_name="Ada", last_name="Lovelace", origin=Origin()
    )
    tokens: list[str] = []
    for _ in range(PEOPLE):
        held = await auth.login.log_in(email=user.email.address, password=password, origin=Origin())
        tokens.append(held.tokens.access_token.reveal())
    for token in tokens:
        await auth.tokens.verify_access_token(token=token)
    return auth, tokens


async def _memory_per_token() -> float:
    auth, tokens = await a_process(remembered=4096)
    auth.tokens.verify_access_token.verified.forget_all()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for token in tokens:
        await auth.tokens.verify_access_token(token=token.encode().decode())  # a text of its own, as in a request
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return round(grown / len(tokens) / 1024, 2)
