"""bcrypt: sealed, peppered, of equal cost for everybody, and at home with hashes from elsewhere."""

import base64
from datetime import timedelta

import bcrypt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auth_adapters.bcrypt_hasher import BcryptHasher, expected_duration
from auth_adapters.bcrypt_scheme import BcryptScheme
from auth_adapters.hashing_pool import HashingPolicy, HashingPool
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import DerivedKey, MasterSecret, Purpose
from auth_adapters.prehash import prehash
from auth_adapters.system import SystemEntropy
from auth_core.credentials.passwords.errors import Busy
from auth_core.credentials.passwords.model import PasswordHash, Verification
from auth_core.redacted import Redacted

PASSWORD = Redacted("correct horse battery staple")
NO_MATCH = Verification(matches=False)
UNREADABLE = Verification(matches=False, unreadable=True)
STALE = Verification(matches=True, stale=True)


def pepper(current: bytes = b"a", *previous: bytes) -> KeyVault:
    def key(seed: bytes) -> DerivedKey:
        return MasterSecret(Redacted(seed * 32)).derive(Purpose.PASSWORD_PEPPER)

    return KeyVault(key(current), previous=map(key, previous), entropy=SystemEntropy())


class CountingBcrypt:
    """The real bcrypt, with a note of the cost of each computation."""

    def __init__(self) -> None:
        self.rounds: list[int] = []

    def gensalt(self, rounds: int) -> bytes:
        return bcrypt.gensalt(rounds)

    def hashpw(self, password: bytes, salt: bytes) -> bytes:
        self.rounds.append(int(salt.split(b"$")[2]))
        return bcrypt.hashpw(password, salt)

    def checkpw(self, password: bytes, hashed: bytes) -> bool:
        matches = bcrypt.checkpw(password, hashed)
        self.rounds.append(int(hashed.split(b"$")[2]))
        return matches

    def work(self) -> int:
        """Return the blocks of work done since the last question."""
        done, self.rounds = sum(1 << cost for cost in self.rounds), []
        return done


def scheme(cost: int = 4, vault: KeyVault | None = None, counting: CountingBcrypt | None = None) -> BcryptScheme:
    return BcryptScheme(cost=cost, pepper=vault or pepper(), algorithm=counting or bcrypt)


def foreign(password: bytes, *, cost: int = 4, prefix: str = "2b") -> PasswordHash:
    hashed = bcrypt.hashpw(password, bcrypt.gensalt(cost)).decode()
    return PasswordHash(Redacted(hashed.replace("$2b$", f"${prefix}$", 1)))


def stored(text: str) -> PasswordHash:
    return PasswordHash(Redacted(text))


# ---- What is stored


def test_no_bcrypt_string_can_be_seen_in_what_is_stored() -> None:
    text = scheme().hash(PASSWORD).reveal()

    assert text.startswith("$sealed-bcrypt$")
    assert "$2" not in text
    assert b"$2" not in base64.urlsafe_b64decode(text.removeprefix("$sealed-bcrypt$"))


@pytest.mark.covers("R-P7")
def test_without_the_pepper_nothing_can_be_compared() -> None:
    hashed = scheme(vault=pepper(b"a")).hash(PASSWORD)

    assert scheme(vault=pepper(b"b")).verify(PASSWORD, hashed) == UNREADABLE


def test_what_cannot_be_a_password_is_not_hashed_and_not_told() -> None:
    for impossible in ("\ud800secret", "x" * 1025, "\N{GRINNING FACE}" * 257):
        with pytest.raises(ValueError, match="cannot be a password") as refusal:
            scheme().hash(Redacted(impossible))

        assert refusal.value.__cause__ is None
        assert "secret" not in repr(refusal.value.args)


def test_the_largest_password_may_grow_when_it_is_composed() -> None:
    # U+FB2C is one of the few characters that NFC makes longer.
    growing = Redacted("\ufb2c" * 341)

    assert scheme().verify(growing, scheme().hash(growing)).matches


@pytest.mark.covers("PWD-19", "R-P3")
@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(max_codepoint=127), min_size=1, max_size=200), st.data())
def test_changing_any_character_changes_the_key(password: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(password) - 1))
    other = chr((ord(password[position]) + data.draw(st.integers(1, 127))) % 128)
    changed = password[:position] + other + password[position + 1 :]

    different = {password, changed, password + "\0", password * 2}  # of NUL alone, the last two are one
    keys = {prehash(Redacted(each)) for each in different}

    assert len(keys) == len(different) >= 3
    assert all(len(key) == 64 and b"\0" not in key for key in keys)


# ---- Rehashing


@pytest.mark.covers("PWD-12", "R-P7")
def test_a_hash_of_another_cost_matches_and_is_stale() -> None:
    for before, today in ((4, 5), (5, 4)):
        hashed = scheme(before).hash(PASSWORD)

        assert scheme(today).verify(PASSWORD, hashed) == STALE
        assert scheme(today).verify(Redacted("another"), hashed) == NO_MATCH


@pytest.mark.covers("PWD-13", "CFG-05")
def test_a_hash_under_the_pepper_before_matches_and_is_stale() -> None:
    hashed = scheme(vault=pepper(b"a")).hash(PASSWORD)
    rotated = scheme(vault=pepper(b"b", b"a"))

    assert rotated.verify(PASSWORD, hashed) == STALE
    assert rotated.verify(Redacted("another"), hashed) == NO_MATCH
    assert rotated.verify(PASSWORD, rotated.hash(PASSWORD)) == Verification(matches=True)


@pytest.mark.covers("PWD-13")
def test_a_hash_under_a_lost_pepper_is_unreadable() -> None:
    hashed = scheme(vault=pepper(b"a")).hash(PASSWORD)

    assert scheme(vault=pepper(b"c", b"b")).verify(PASSWORD, hashed) == UNREADABLE


def test_our_own_hashes_still_match_after_the_cost_was_lowered_by_much() -> None:
    hashed = scheme(8).hash(PASSWORD)

    assert scheme(4).verify(PASSWORD, hashed) == STALE


# ---- Hashes from elsewhere


@pytest.mark.parametrize("prefix", ["2a", "2b", "2y"])
def test_a_plain_hash_from_elsewhere_matches_and_is_stale(prefix: str) -> None:
    hashed = foreign(PASSWORD.reveal().encode(), prefix=prefix)

    assert scheme().verify(PASSWORD, hashed) == STALE
    assert scheme().verify(Redacted("another"), hashed) == NO_MATCH


def test_elsewhere_72_bytes_were_enough() -> None:
    hashed = foreign(b"a" * 72)

    assert scheme().verify(Redacted("a" * 72), hashed) == STALE
    assert scheme().verify(Redacted("a" * 90), hashed) == STALE
    assert scheme().verify(Redacted("a" * 71), hashed) == NO_MATCH
    assert scheme().verify(Redacted("\N{GRINNING FACE}" * 24), foreign("\N{GRINNING FACE}".encode() * 18)) == STALE


@pytest.mark.covers("PWD-03")
def test_elsewhere_nul_matches_nothing() -> None:
    hashed = foreign(b"p")

    for password in ("p\0p", "p\0", "p\0p\0p"):
        assert scheme().verify(Redacted(password), hashed) == NO_MATCH


@pytest.mark.covers("PWD-08")
def test_what_cannot_be_a_password_does_not_match_an_empty_one() -> None:
    for impossible in ("\ud800", "\0", "x" * 1025):
        assert scheme().verify(Redacted(impossible), foreign(b"")) == NO_MATCH


def test_our_prehash_is_no_password_for_a_hash_from_elsewhere() -> None:
    shucked = foreign(prehash(PASSWORD))

    assert scheme().verify(PASSWORD, shucked) == NO_MATCH


# ---- Broken and dear


@pytest.mark.covers("PWD-11")
@pytest.mark.parametrize(
    "broken",
    [
        "",
        "!",
        "*0",
        "$2b$04$",
        "$2b$04$" + "." * 52,
        "$2b$04$" + "." * 54,
        "$2b$04$" + "9" * 53,
        "$2b$4$" + "." * 53,
        "$2b$٠4$" + "." * 53,  # noqa: RUF001 - a digit that is not ASCII on purpose
        "$2b$00$" + "." * 53,
        "$2b$03$" + "." * 53,
        "$2b$07$" + "." * 53,
        "$2b$31$" + "." * 53,
        "$2b$99$" + "." * 53,
        "$2x$04$" + "." * 53,
        "$2$04$" + "." * 53,
        "$2b$04$" + "." * 53 + "\n",
        "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA",
        "$5$rounds=5000$salt$hash",
        "$sealed-bcrypt$",
        "$sealed-bcrypt$AAAA",
        "$sealed-bcrypt$\ud800",
        "$sealed-bcrypt$" + "A" * 200,
        "5f4dcc3b5aa765d61d8327deb882cf99",
    ],
)
def test_a_broken_or_dear_hash_costs_what_a_decoy_costs(broken: str) -> None:
    counting = CountingBcrypt()

    assert scheme(counting=counting).verify(PASSWORD, stored(broken)) == UNREADABLE
    assert counting.rounds == [4]


def test_the_cap_for_hashes_from_elsewhere_is_two_above_our_cost() -> None:
    assert scheme(4).verify(Redacted("x"), foreign(b"x", cost=6)) == STALE
    assert scheme(4).verify(Redacted("x"), foreign(b"x", cost=7)) == UNREADABLE


@pytest.mark.parametrize("cost", [-1, 0, 3, 17, 31])
def test_an_absurd_cost_is_refused(cost: int) -> None:
    with pytest.raises(ValueError, match="cost"):
        BcryptHasher(pepper=pepper(), cost=cost)


# ---- The same work for everybody


@pytest.mark.covers("PWD-11", "R-T3")
def test_whoever_fails_costs_the_same_work() -> None:
    counting = CountingBcrypt()
    today = scheme(6, counting=counting)
    impossible = (Redacted("\ud800"), Redacted("x" * 2000), Redacted("wrong\0"), Redacted(""))
    kept = {
        "unknown user": None,
        "known user": scheme(6).hash(PASSWORD),
        "older cost": scheme(4).hash(PASSWORD),
        "older pepper": scheme(6, vault=pepper(b"z")).hash(PASSWORD),
        "from elsewhere": foreign(b"something", cost=6),
        "cheap and from elsewhere": foreign(b"something", cost=4),
        "broken": stored("!"),
        "dear": stored("$2b$31$" + "." * 53),
    }
    work = {}

    for who, hashed in kept.items():
        for password in (Redacted("wrong"), *impossible):
            today.verify(password, hashed)
            work[who, password] = counting.work()

    assert set(work.values()) == {1 << 6}


def test_a_known_user_of_our_cost_and_an_unknown_one_cost_one_computation() -> None:
    counting = CountingBcrypt()
    today = scheme(counting=counting)

    today.verify(Redacted("wrong"), None)
    today.verify(Redacted("wrong"), scheme().hash(PASSWORD))
    today.verify(PASSWORD, scheme().hash(PASSWORD))

    assert counting.rounds == [4, 4, 4]


# ---- In the pool


async def test_a_hasher_is_busy_when_its_pool_is() -> None:
    pool = HashingPool(
        HashingPolicy(threads=1, deadline=timedelta(seconds=1), delayed_refusals=0),
        first_guess=timedelta(seconds=10),
    )
    hasher = BcryptHasher(pepper=pepper(), cost=4, pool=pool)
    async with hasher.turn():
        with pytest.raises(Busy):
            async with hasher.turn():
                pytest.fail("there is no room")
    hasher.close()


async def test_a_hasher_has_a_pool_of_its_own_unless_it_is_given_one() -> None:
    hasher = BcryptHasher(pepper=pepper(), cost=4)

    async with hasher.turn() as turn:
        hashed = await turn.hash(PASSWORD)
        assert await turn.verify(PASSWORD, hashed) == Verification(matches=True)

    hasher.close()
    with pytest.raises(Busy):
        async with hasher.turn():
            pytest.fail("it is closed")


def test_the_guess_doubles_with_every_cost() -> None:
    assert expected_duration(12) == 2 * expected_duration(11)
    assert timedelta(milliseconds=50) < expected_duration(12) < timedelta(seconds=1)
