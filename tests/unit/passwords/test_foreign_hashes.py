"""Hashes of other systems: each matches the old password only, is stale then, and none is stored as it came."""

import hashlib
import json

import pytest

from auth_adapters.bcrypt_scheme import BcryptScheme
from auth_adapters.foreign_hashes import notation, systems
from auth_adapters.foreign_hashes.digests import Digest
from auth_adapters.hash_transfer import BcryptTransfer
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.system import SystemEntropy
from auth_core import Redacted, Rejected
from auth_core.credentials.passwords.model import PasswordHash, Verification
from auth_http.moving.firebase import FirebaseParameters
from tests.unit.passwords import foreign
from tests.unit.passwords.foreign import PASSWORD
from tests.unit.passwords.test_bcrypt_hasher import NO_MATCH, STALE, UNREADABLE, CountingBcrypt

MASTER = MasterSecret(Redacted(b"m" * 32)).derive(Purpose.PASSWORD_PEPPER)
OTHER = MasterSecret(Redacted(b"o" * 32)).derive(Purpose.PASSWORD_PEPPER)


def vault() -> KeyVault:
    return KeyVault(MASTER, entropy=SystemEntropy())


def scheme(cost: int = 4, algorithm: CountingBcrypt | None = None) -> BcryptScheme:
    return BcryptScheme(cost=cost, pepper=vault(), algorithm=algorithm or CountingBcrypt())


async def taken_in(written: str) -> PasswordHash:
    return await BcryptTransfer(pepper=vault(), cost=4).take_in(Redacted(written))


def code_of(written: str) -> str:
    with pytest.raises(Rejected) as refused:
        systems.read(written)
    [fault] = refused.value.faults
    return fault.code


@pytest.mark.parametrize("system", foreign.SELF_DESCRIBING)
async def test_the_old_password_matches_and_no_other(system: str) -> None:
    written = foreign.SELF_DESCRIBING[system]
    stored = await taken_in(written)

    assert scheme().verify(Redacted(PASSWORD), stored) == STALE
    for other in ("", PASSWORD.upper(), f"{PASSWORD}\0", "\ud800", "x" * 2000):
        assert scheme().verify(Redacted(other), stored) == NO_MATCH, repr(other[:20])
    assert stored.reveal().startswith("$sealed-foreign$")


async def test_what_cannot_be_a_password_does_not_match_an_empty_one() -> None:
    empty = hashlib.pbkdf2_hmac("sha256", b"", b"salt", 3).hex()
    stored = await taken_in(f"pbkdf2:sha256:3$salt${empty}")

    assert scheme().verify(Redacted(""), stored) == STALE
    for impossible in ("\0", "\ud800", "x" * 2000):
        assert scheme().verify(Redacted(impossible), stored) == NO_MATCH


async def test_the_example_that_firebase_publishes_matches() -> None:
    parameters = FirebaseParameters.model_validate_json(json.dumps(foreign.FIREBASE))
    hashed = parameters.hash_of(foreign.FIREBASE_HASH, salt=foreign.FIREBASE_SALT)
    stored = await taken_in(hashed.written())

    assert scheme().verify(Redacted(foreign.FIREBASE_PASSWORD), stored) == STALE
    assert scheme().verify(Redacted(PASSWORD), stored) == NO_MATCH
    assert parameters.base64_signer_key not in f"{parameters!r} {parameters} {hashed!r}"


def test_the_vectors_of_the_reference_implementation_of_argon2_match() -> None:
    for written in (
        "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
        "$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY",
    ):
        hashed = notation.read(written)

        assert isinstance(hashed, notation.Derived)
        assert hashed.matches(b"password")
        assert not hashed.matches(b"passwore")


@pytest.mark.parametrize("system", foreign.SELF_DESCRIBING)
def test_what_is_written_down_is_read_back(system: str) -> None:
    hashed = systems.read(foreign.SELF_DESCRIBING[system])

    assert notation.read(hashed.written()) == hashed
    assert hashed.written() not in repr(hashed)


async def test_a_quick_digest_is_kept_only_under_bcrypt() -> None:
    quick = hashlib.sha1(PASSWORD.encode())
    stored = await taken_in(systems.digest("sha1", quick.hexdigest(), salt=b"", position="before").written())

    opened = scheme().unsealed(stored).reveal()
    assert opened.startswith("$bcrypt-over-sha1$salt=none$$2b$04$")
    assert quick.hexdigest() not in opened
    assert scheme().verify(Redacted(PASSWORD), stored) == STALE
    assert scheme().verify(Redacted(quick.hexdigest()), stored) == NO_MATCH


async def test_a_digest_that_lies_in_the_store_unwrapped_is_no_hash() -> None:
    digest = Digest(scheme="sha1", position="none", key=hashlib.sha1(PASSWORD.encode()).digest())
    smuggled = scheme().seal(digest)  # type: ignore[arg-type]  # this is what must not happen

    assert scheme().verify(Redacted(PASSWORD), smuggled) == UNREADABLE


@pytest.mark.parametrize(
    "dear",
    [
        "$2b$15$" + "." * 53,
        "$argon2id$v=19$m=262144,t=1,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
        "$argon2id$v=19$m=65536,t=17,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
        "$argon2id$v=19$m=65536,t=1,p=17$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
        "$scrypt$ln=18,r=8,p=1$c2FsdA$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
        "$scrypt$ln=14,r=8,p=9$c2FsdA$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
        "pbkdf2_sha256$2000001$salt$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8=",
        "$pbkdf2-sha1$i=1000001$c2FsdA$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
    ],
)
def test_a_hash_that_would_eat_the_machine_is_refused(dear: str) -> None:
    assert code_of(dear) == "hash_too_dear"


@pytest.mark.parametrize(
    "broken",
    [
        "$2b$12$short",
        "$argon2id$v=18$m=8,t=1,p=1$c29tZXNhbHQ$iekCn0Y3spU",
        "$argon2id$v=19$m=8,t=1$c29tZXNhbHQ$iekCn0Y3spU",
        "$argon2id$v=19$m=8,t=1,t=1,p=1$c29tZXNhbHQ$iekCn0Y3spU",
        "$scrypt$ln=0,r=8,p=1$c2FsdA$iekCn0Y3spW+sCcFanM2xA",
        "scrypt$15$salt$8$1$iekCn0Y3spW+sCcFanM2xA==",
        "pbkdf2_sha256$many$salt$iekCn0Y3spW+sCcFanM2xA==",
        "pbkdf2_sha256$3$salt$not base64",
        "{SSHA}c2hvcnQ=",
        '{"type": "otp"}',
        "{",
        "[" * 5000,
        "$sha1$salt=before$$2jmj7l5rSw0yVb/vlWAYkK/YBwk",
        "$bcrypt-over-sha1$salt=none$$2b$04$short",
    ],
)
def test_a_broken_hash_is_refused(broken: str) -> None:
    assert code_of(broken) == "malformed_hash"


@pytest.mark.parametrize(
    "unknown", ["$6$rounds=5000$salt$hash", "5f4dcc3b5aa765d61d8327deb882cf99", "$2x$04$" + "." * 53]
)
def test_a_scheme_nobody_knows_is_refused(unknown: str) -> None:
    assert code_of(unknown) == "unknown_scheme"


async def test_a_cheap_hash_from_elsewhere_costs_about_what_a_decoy_costs() -> None:
    stored = await taken_in(foreign.SELF_DESCRIBING["Django pbkdf2_sha256"])
    counting = CountingBcrypt()

    assert scheme(8, counting).verify(Redacted("another"), stored) == NO_MATCH

    assert 1 << 6 <= counting.work() <= 1 << 8


async def test_a_wrapped_digest_costs_exactly_what_a_decoy_costs() -> None:
    stored = await taken_in(foreign.SELF_DESCRIBING["LDAP SSHA"])
    counting, decoy = CountingBcrypt(), CountingBcrypt()

    scheme(6, counting).verify(Redacted("another"), stored)
    scheme(6, decoy).verify(Redacted("another"), None)

    assert counting.work() == decoy.work()


async def test_hashes_from_elsewhere_are_sealed_anew_with_the_others() -> None:
    stored = await taken_in(foreign.SELF_DESCRIBING["argon2id"])
    rotated = BcryptScheme(cost=4, pepper=KeyVault(OTHER, previous=[MASTER], entropy=SystemEntropy()))
    forgotten = BcryptScheme(cost=4, pepper=KeyVault(OTHER, entropy=SystemEntropy()))

    resealed = rotated.reseal(stored)

    assert resealed is not None
    assert forgotten.verify(Redacted(PASSWORD), resealed) == STALE
    assert forgotten.verify(Redacted(PASSWORD), stored) == UNREADABLE
    assert forgotten.reseal(resealed) is None


async def test_our_own_hash_is_ours_again_when_it_comes_back() -> None:
    given = scheme().unsealed(scheme().hash(Redacted(PASSWORD)))

    assert given.reveal().startswith("$bcrypt-hmac-sha384$2b$04$")
    assert scheme().verify(Redacted(PASSWORD), await taken_in(given.reveal())) == Verification(matches=True)
