"""What others are told to trust: public halves that follow from private ones of ours, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from auth_adapters.jwt_tokens import JwtAccessTokenSigner
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.memory import FOR_TESTS, MemoryStore, memory_ports
from auth_adapters.signing.vault_key_maker import VaultKeyMaker
from auth_adapters.system import SystemEntropy
from auth_core import AuthCore, InvalidToken, NoSigningKey, Origin, Policies, Redacted, TokenPolicy, assemble
from auth_core.testing import NOON, MovableClock
from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.keys import Algorithm, KeyMaterial
from auth_http.settings import Settings
from tests.unit.http.asgi import ask
from tests.unit.http.parts import Parts
from tests.unit.http.service import over

PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


@dataclass(frozen=True, kw_only=True)
class Process:
    """One process of the service over a store it may share, with real keys."""

    auth: AuthCore
    signer: JwtAccessTokenSigner
    maker: VaultKeyMaker


def process(
    store: MemoryStore, clock: MovableClock, *, algorithm: Algorithm = Algorithm.ES256, secret: bytes = b"m" * 32
) -> Process:
    vault = KeyVault(MasterSecret(Redacted(secret)).derive(Purpose.SIGNING_KEYS), entropy=SystemEntropy())
    policies = with_algorithm(algorithm)
    ring = KeyRing(retirement=policies.tokens.retirement)
    maker = VaultKeyMaker(vault, entropy=SystemEntropy())
    signer = JwtAccessTokenSigner(ring, vault=vault, clock=clock)
    ports = memory_ports(
        store=store, policies=policies, clock=clock, key_ring=ring, key_maker=maker, access_tokens=signer
    )
    return Process(auth=assemble(ports, policies), signer=signer, maker=maker)


def with_algorithm(algorithm: Algorithm) -> Policies:
    return replace(FOR_TESTS, tokens=replace(FOR_TESTS.tokens, algorithm=algorithm))


def policy() -> TokenPolicy:
    return FOR_TESTS.tokens


def header_of(token: Redacted[str]) -> str:
    return token.reveal().split(".")[0]


def tamper(store: MemoryStore, material: KeyMaterial) -> None:
    """Write to the store past the service."""
    [(number, key)] = store.committed.signing_keys.items()
    store.committed.signing_keys[number] = replace(key, material=material)


@pytest.mark.covers("JWT-24")
async def test_no_key_of_any_family_shows_what_is_private_to_whoever_asks_over_http() -> None:
    store, clock = MemoryStore(), MovableClock()
    for algorithm in Algorithm:
        await process(store, clock, algorithm=algorithm).auth.tokens.rotate_keys(origin=Origin())
    auth = process(store, clock).auth
    await auth.tokens.load_keys()

    answer = await ask(over(Parts(settings=Settings(), auth=auth)), "GET", "/.well-known/jwks.json")

    assert answer is not None
    keys: Sequence[dict[str, str]] = answer.json()["keys"]
    assert [key["alg"] for key in keys] == ["ES256", "RS256", "EdDSA"]
    assert not any(PRIVATE & set(key) for key in keys)
    assert len(store.committed.signing_keys) == 4


async def test_a_new_algorithm_is_for_the_next_key_and_the_older_ones_go_on() -> None:
    store, clock = MemoryStore(), MovableClock()
    tokens: dict[Algorithm, Redacted[str]] = {}
    for algorithm in (Algorithm.HS256, Algorithm.ES256, Algorithm.RS256, Algorithm.EDDSA):
        one = process(store, clock, algorithm=algorithm)
        await one.auth.tokens.rotate_keys(origin=Origin())
        clock.advance(policy().publication)
        tokens[algorithm] = one.signer.sign({"sub": algorithm.value})

        assert one.signer.open(tokens[algorithm].reveal()) == {"sub": algorithm.value}

    last = process(store, clock, algorithm=Algorithm.EDDSA)
    await last.auth.tokens.load_keys()
    for algorithm in (Algorithm.RS256, Algorithm.EDDSA):
        assert last.signer.open(tokens[algorithm].reveal()) == {"sub": algorithm.value}
    assert len({header_of(token) for token in tokens.values()}) == 4


async def test_while_only_hs256_is_in_use_the_key_set_is_empty() -> None:
    one = process(MemoryStore(), MovableClock(), algorithm=Algorithm.HS256)
    await one.auth.tokens.rotate_keys(origin=Origin())

    assert one.auth.tokens.publish_keys() == []
    assert one.signer.open(one.signer.sign({"sub": "somebody"}).reveal()) == {"sub": "somebody"}


async def test_before_the_first_key_there_is_no_key_set_at_all() -> None:
    with pytest.raises(NoSigningKey):
        process(MemoryStore(), MovableClock()).auth.tokens.publish_keys()


async def test_whoever_can_write_to_the_store_cannot_make_others_trust_their_key() -> None:
    store, clock = MemoryStore(), MovableClock()
    await process(store, clock).auth.tokens.rotate_keys(origin=Origin())
    [ours] = [key.material for key in store.committed.signing_keys.values()]
    theirs = await process(MemoryStore(), clock, secret=b"t" * 32).maker.make(Algorithm.ES256)

    for tampered, published in (
        (replace(ours, public_jwk=theirs.public_jwk), [ours.public_jwk]),
        (replace(ours, public_jwk={**theirs.public_jwk, "kid": ours.kid}), [ours.public_jwk]),
        (replace(theirs, sealed_private_key=ours.sealed_private_key), []),
        (replace(ours, algorithm=Algorithm.RS256), []),
        (theirs, []),
    ):
        tamper(store, tampered)
        fresh = process(store, clock)
        await fresh.auth.tokens.load_keys()

        assert fresh.auth.tokens.publish_keys() == published


async def test_a_secret_that_the_store_calls_public_is_not_published() -> None:
    store, clock = MemoryStore(), MovableClock()
    one = process(store, clock, algorithm=Algorithm.HS256)
    await one.auth.tokens.rotate_keys(origin=Origin())
    [secret] = [key.material for key in store.committed.signing_keys.values()]
    token = one.signer.sign({"sub": "somebody"}).reveal()
    tamper(store, replace(secret, algorithm=Algorithm.ES256, public_jwk={"kty": "oct", "k": "AAAA"}))

    fresh = process(store, clock)
    await fresh.auth.tokens.load_keys()

    assert fresh.auth.tokens.publish_keys() == []
    with pytest.raises(InvalidToken):
        fresh.signer.open(token)


async def test_what_is_published_was_opened_once() -> None:
    store, clock = MemoryStore(), MovableClock(NOON)
    one = process(store, clock)
    await one.auth.tokens.rotate_keys(origin=Origin())

    first, second = one.auth.tokens.publish_keys(), one.auth.tokens.publish_keys()

    assert [id(key) for key in first] == [id(key) for key in second]
