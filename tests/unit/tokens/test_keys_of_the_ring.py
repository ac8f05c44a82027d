"""Which keys access tokens are believed under, through the life of a key and when the store was tampered with."""

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from auth_adapters.jwt_tokens import JwtAccessTokenSigner
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.signing import es256
from auth_adapters.signing.ec_key_maker import EcKeyMaker, thumbprint
from auth_adapters.system import SystemEntropy
from auth_core.redacted import Redacted
from auth_core.testing import NOON, MovableClock
from auth_core.tokens import compact
from auth_core.tokens.errors import InvalidToken, NoSigningKey
from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.keys import Algorithm, KeyMaterial, SigningKey

PAYLOAD = {"sub": "somebody"}
RETIREMENT = timedelta(minutes=20)
DAY = timedelta(days=1)


def vault_of(seed: bytes = b"m") -> KeyVault:
    return KeyVault(MasterSecret(Redacted(seed * 32)).derive(Purpose.SIGNING_KEYS), entropy=SystemEntropy())


class House:
    """A process with its ring, its vault and its clock."""

    def __init__(self, vault: KeyVault | None = None) -> None:
        self.vault = vault or vault_of()
        self.clock = MovableClock()
        self.ring = KeyRing(retirement=RETIREMENT)
        self.signer = JwtAccessTokenSigner(self.ring, vault=self.vault, clock=self.clock)

    def make(self) -> KeyMaterial:
        return EcKeyMaker(self.vault).make(Algorithm.ES256)

    def load(self, *materials: KeyMaterial) -> None:
        """Know these keys, of which each signs from a day after the one before."""
        self.ring.load(
            [
                SigningKey(number=number, material=material, created_at=NOON, signs_from=NOON + DAY * (number - 1))
                for number, material in enumerate(materials, start=1)
            ]
        )


def kid_of(token: str) -> str:
    header = token.split(".", maxsplit=1)[0]
    return str(json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"])


@pytest.mark.covers("JWT-18")
def test_a_token_outlasts_the_key_change_and_not_the_retirement() -> None:
    house = House()
    first, second = house.make(), house.make()
    house.load(first, second)
    token = house.signer.sign(PAYLOAD).reveal()

    house.clock.move_to(NOON + DAY)
    successor = house.signer.sign(PAYLOAD).reveal()
    house.clock.move_to(NOON + DAY + RETIREMENT - timedelta(seconds=1))

    assert [kid_of(token), kid_of(successor)] == [first.kid, second.kid]
    assert house.signer.open(token) == house.signer.open(successor) == PAYLOAD
    house.clock.move_to(NOON + DAY + RETIREMENT)
    assert house.signer.open(successor) == PAYLOAD
    with pytest.raises(InvalidToken):
        house.signer.open(token)


@pytest.mark.covers("JWT-18")
def test_a_key_that_was_taken_away_is_not_believed_any_more() -> None:
    house = House()
    first, second = house.make(), house.make()
    house.load(first)
    token = house.signer.sign(PAYLOAD).reveal()
    assert house.signer.open(token) == PAYLOAD

    house.load(second)

    with pytest.raises(InvalidToken):
        house.signer.open(token)


def test_a_process_whose_clock_is_behind_believes_the_key_that_comes_next() -> None:
    behind, ahead = House(), House()
    keys = behind.make(), behind.make()
    behind.load(*keys)
    ahead.load(*keys)
    ahead.clock.move_to(NOON + DAY)
    behind.clock.move_to(NOON + DAY - timedelta(seconds=30))

    assert behind.signer.open(ahead.signer.sign(PAYLOAD).reveal()) == PAYLOAD


def test_without_a_key_nothing_is_signed_and_nothing_opened() -> None:
    house, other = House(), House()
    other.load(other.make())

    with pytest.raises(NoSigningKey):
        house.signer.sign(PAYLOAD)
    with pytest.raises(InvalidToken):
        house.signer.open(other.signer.sign(PAYLOAD).reveal())


@pytest.mark.covers("JWT-05")
def test_the_key_of_another_environment_is_not_believed() -> None:
    production, staging = House(vault_of(b"p")), House(vault_of(b"s"))
    production.load(production.make())
    staging.load(staging.make())

    with pytest.raises(InvalidToken):
        production.signer.open(staging.signer.sign(PAYLOAD).reveal())


def test_a_key_our_vault_cannot_open_neither_signs_nor_verifies() -> None:
    before, after = House(vault_of(b"a")), House(vault_of(b"b"))
    key = before.make()
    before.load(key)
    after.load(key)

    with pytest.raises(NoSigningKey):
        after.signer.sign(PAYLOAD)
    with pytest.raises(InvalidToken):
        after.signer.open(before.signer.sign(PAYLOAD).reveal())


def test_whoever_can_write_to_the_store_cannot_plant_a_key() -> None:
    house, thief = House(), House(vault_of(b"t"))
    ours = house.make()
    planted = thief.make()
    thief.load(planted)
    forged = thief.signer.sign(PAYLOAD).reveal()

    for tampered in (
        planted,
        replace(planted, sealed_private_key=ours.sealed_private_key),
        replace(ours, kid=planted.kid, public_jwk=planted.public_jwk),
        replace(ours, kid=planted.kid, public_jwk=planted.public_jwk, sealed_private_key=planted.sealed_private_key),
        replace(planted, sealed_private_key=Redacted(b"")),
    ):
        fresh = House(house.vault)
        fresh.load(tampered, ours)
        with pytest.raises(InvalidToken):
            fresh.signer.open(forged)


def test_a_changed_public_half_does_not_change_what_is_believed() -> None:
    house = House()
    ours = house.make()
    thief = ec.generate_private_key(ec.SECP256R1())
    header = {"alg": "ES256", "typ": "at+jwt", "kid": ours.kid}
    signing_input = compact.write_signing_input(header, PAYLOAD)
    forged = compact.write(signing_input, es256.sign(signing_input, thief))

    house.load(replace(ours, public_jwk={**ours.public_jwk, "kid": thumbprint(thief.public_key())}))

    assert house.signer.open(house.signer.sign(PAYLOAD).reveal()) == PAYLOAD
    with pytest.raises(InvalidToken):
        house.signer.open(forged)


def test_many_keys_in_a_long_life_are_not_all_remembered() -> None:
    house = House()
    for _ in range(40):
        house.load(house.make())
        assert house.signer.open(house.signer.sign(PAYLOAD).reveal()) == PAYLOAD

    assert len(house.signer._keys._prepared) <= 16
