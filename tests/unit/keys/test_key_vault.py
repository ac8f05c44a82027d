"""What is sealed opens with our key, in its place, and unchanged; or not at all."""

import pytest

from auth_adapters.key_vault import CannotUnseal, KeyVault
from auth_adapters.master_secret import DerivedKey, MasterSecret, Purpose
from auth_adapters.system import SystemEntropy
from auth_core.redacted import Redacted

SECRET = b"a private key"


def key(seed: bytes) -> DerivedKey:
    return MasterSecret(Redacted(seed * 32)).derive(Purpose.SIGNING_KEYS)


def vault(current: bytes, *previous: bytes) -> KeyVault:
    return KeyVault(key(current), previous=map(key, previous), entropy=SystemEntropy())


def test_what_was_sealed_can_be_opened() -> None:
    sealed = vault(b"a").seal(Redacted(SECRET), context="here")

    assert vault(b"a").open(sealed, context="here").reveal() == SECRET
    assert SECRET not in sealed


def test_the_same_secret_sealed_twice_looks_different() -> None:
    assert len({vault(b"a").seal(Redacted(SECRET), context="here") for _ in range(100)}) == 100


def test_it_opens_in_its_own_place_only() -> None:
    sealed = vault(b"a").seal(Redacted(SECRET), context="here")

    for elsewhere in ("", "her", "here ", "there"):
        with pytest.raises(CannotUnseal):
            vault(b"a").open(sealed, context=elsewhere)


def test_no_bit_can_be_changed_and_no_byte_cut() -> None:
    sealed = vault(b"a").seal(Redacted(SECRET), context="here")
    changed = [
        bytes([*sealed[:position], sealed[position] ^ 1 << bit, *sealed[position + 1 :]])
        for position in range(len(sealed))
        for bit in range(8)
    ]
    cut = [sealed[:length] for length in range(len(sealed))]

    for broken in (*changed, *cut, sealed + b"\0", sealed[1:]):
        with pytest.raises(CannotUnseal):
            vault(b"a").open(broken, context="here")


@pytest.mark.covers("CFG-05")
def test_after_a_rotation_the_old_opens_and_the_new_seals() -> None:
    old = vault(b"a").seal(Redacted(SECRET), context="here")
    rotated = vault(b"b", b"a")

    new = rotated.seal(Redacted(SECRET), context="here")

    assert rotated.open(old, context="here").reveal() == SECRET
    assert (rotated.is_current(old), rotated.is_current(new)) == (False, True)
    assert vault(b"b").open(new, context="here").reveal() == SECRET
    with pytest.raises(CannotUnseal):
        vault(b"b").open(old, context="here")


def test_what_cannot_be_opened_says_nothing_of_what_is_inside() -> None:
    sealed = vault(b"a").seal(Redacted(SECRET), context="here")

    with pytest.raises(CannotUnseal) as refusal:
        vault(b"a").open(sealed[:-1], context="here")

    assert refusal.value.__cause__ is None
    assert "private" not in str(refusal.value)
