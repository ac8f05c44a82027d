"""What it costs to sign and to open an access token with each algorithm, beside the same without any cryptography.

One thread, CPU time. Figures of different machines cannot be compared, their ratios can: 1 is a token that is written
and read as strictly as any other, under a signature that nobody computes and nobody checks.
"""

import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from auth_adapters.jwt_tokens import JwtAccessTokenSigner
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.signing.prepared_keys import PreparedKeys
from auth_adapters.signing.vault_key_maker import VaultKeyMaker
from auth_adapters.system import SystemClock, SystemEntropy
from auth_core import Redacted, TokenPolicy
from auth_core.testing import NOON
from auth_core.tokens import compact
from auth_core.tokens.claims import ACCESS_TOKEN_TYPE
from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.keys import Algorithm, SigningKey
from auth_core.tokens.ports import TokenSigner

POLICY = TokenPolicy(issuer="https://auth.example.com", audience="my-api")
PAYLOAD: Mapping[str, object] = {
    "iss": POLICY.issuer,
    "aud": POLICY.audience,
    "sub": "0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55",
    "client_id": "first-party",
    "sid": "0199a1f4-0d10-7c11-8a52-6f0c6cb5a001",
    "jti": "0199a1f4-0d10-7c11-8a52-6f0c6cb5a002",
    "iat": 1_900_000_000,
    "exp": 1_900_000_900,
    "auth_time": 1_900_000_000,
    "amr": ["pwd"],
    "ver": 3,
    "roles": ["user"],
    "permissions": ["reports:read", "reports:write"],
}


class Unsigned:
    """Writes and reads tokens and leaves out what is measured."""

    def sign(self, payload: Mapping[str, object]) -> Redacted[str]:
        header = {"alg": "none", "typ": ACCESS_TOKEN_TYPE, "kid": "n" * 43}
        return Redacted(compact.write(compact.write_signing_input(header, payload), bytes(64)))

    def open(self, token: str) -> Mapping[str, object]:
        return compact.members(compact.read(token, typ=ACCESS_TOKEN_TYPE).unverified_payload)


@dataclass(frozen=True, slots=True)
class Subject:
    """One algorithm: a signer with a key of it, and the bare operations below."""

    signer: TokenSigner
    bare_sign: Callable[[bytes], object]
    bare_verify: Callable[[bytes, bytes], object]


async def measure(*, quick: bool) -> dict[str, object]:
    """Return microseconds of CPU and ratios for each algorithm, the best of several rounds that take turns."""
    subjects = {"no signature": Subject(Unsigned(), lambda _: None, lambda *_: None)}
    for algorithm in Algorithm:
        subjects[algorithm.value] = await _subject(algorithm)
    calls, rounds = (50, 2) if quick else (1000, 15)
    taken: dict[tuple[str, str], float] = {}
    for _ in range(rounds):
        for name, subject in subjects.items():
            for what, act in _acts(subject).items():
                took = _microseconds(act, calls)
                taken[name, what] = min(took, taken.get((name, what), took))
    return {
        "unit": "microseconds of CPU a call, best of rounds; times: as many as without a signature",
        "found": {
            name: {
                what: {
                    "us": round(taken[name, what], 1),
                    **(
                        {"times": round(taken[name, what] / taken["no signature", what], 1)}
                        if "alone" not in what
                        else {}
                    ),
                }
                for what in _acts(subject)
                if name != "no signature" or "alone" not in what
            }
            for name, subject in subjects.items()
        },
    }


async def _subject(algorithm: Algorithm) -> Subject:
    entropy = SystemEntropy()
    vault = KeyVault(MasterSecret(Redacted(entropy.token_bytes(32))).derive(Purpose.SIGNING_KEYS), entropy=entropy)
    material = await VaultKeyMaker(vault, entropy=entropy).make(algorithm)
    ring = KeyRing(retirement=POLICY.retirement)
    begun = min(NOON, SystemClock().now())
    ring.load([SigningKey(number=1, material=material, created_at=begun, signs_from=begun)])
    bare = PreparedKeys(vault).of(material)
    return Subject(JwtAccessTokenSigner(ring, vault=vault, clock=SystemClock()), bare.sign, bare.verify)


def _acts(subject: Subject) -> dict[str, Callable[[], object]]:
    token = subject.signer.sign(PAYLOAD).reveal()
    message, _, encoded = token.rpartition(".")
    data, signature = message.encode(), urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    return {
        "sign": lambda: subject.signer.sign(PAYLOAD),
        "open": lambda: subject.signer.open(token),
        "signature alone": lambda: subject.bare_sign(data),
        "verification alone": lambda: subject.bare_verify(data, signature),
    }


def _microseconds(act: Callable[[], object], calls: int) -> float:
    act()
    began = time.process_time_ns()
    for _ in range(calls):
        act()
    return (time.process_time_ns() - began) / calls / 1000
