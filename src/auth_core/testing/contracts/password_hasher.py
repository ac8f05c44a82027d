"""What every password hasher promises."""

import asyncio
from typing import Final

import pytest

from auth_core.credentials.passwords.model import PasswordHash, Verification
from auth_core.credentials.passwords.policy import LARGEST_PASSWORD
from auth_core.credentials.passwords.ports import PasswordHasher
from auth_core.origin import Origin
from auth_core.redacted import Redacted

PASSWORD: Final = "correct horse battery staple"  # noqa: S105 - nobody's password
_BCRYPT_SEES: Final = 72


class PasswordHasherContract:
    """Subclass it and provide the fixture `hasher`. Give it a cheap setting: these tests hash a hundred times."""

    @pytest.fixture
    def hasher(self) -> PasswordHasher:
        raise NotImplementedError("your subclass gives this fixture")

    async def test_a_password_matches_its_own_hash(self, hasher: PasswordHasher) -> None:
        stored = await _hash(hasher, PASSWORD)

        assert await _verify(hasher, PASSWORD, stored) == Verification(matches=True)

    async def test_another_password_does_not_match(self, hasher: PasswordHasher) -> None:
        stored = await _hash(hasher, PASSWORD)

        for other in (
            "",
            PASSWORD[:-1],
            PASSWORD + "x",
            PASSWORD.upper(),
            f" {PASSWORD}",
            f"{PASSWORD} ",
            f"{PASSWORD}\n",
            PASSWORD.replace(" ", ""),
        ):
            assert await _verify(hasher, other, stored) == Verification(matches=False), repr(other)

    async def test_no_two_hashes_are_equal(self, hasher: PasswordHasher) -> None:
        hashes = {(await _hash(hasher, PASSWORD)).reveal() for _ in range(5)}

        assert len(hashes) == 5

    async def test_the_hash_does_not_contain_the_password(self, hasher: PasswordHasher) -> None:
        stored = await _hash(hasher, PASSWORD)

        assert PASSWORD not in stored.reveal()
        assert stored.reveal() not in f"{stored!r} {stored}"

    async def test_every_byte_of_a_long_password_counts(self, hasher: PasswordHasher) -> None:
        for length in (_BCRYPT_SEES, _BCRYPT_SEES + 1, LARGEST_PASSWORD):
            stored = await _hash(hasher, "a" * length)

            assert (await _verify(hasher, "a" * length, stored)).matches, length
            assert not (await _verify(hasher, "a" * (length - 1) + "b", stored)).matches, length
            assert not (await _verify(hasher, "a" * (length - 1), stored)).matches, length

    async def test_every_character_beyond_ascii_counts(self, hasher: PasswordHasher) -> None:
        emoji = "\N{GRINNING FACE}" * 24
        stored = await _hash(hasher, emoji)

        assert (await _verify(hasher, emoji, stored)).matches
        assert not (await _verify(hasher, emoji[:-1] + "\N{PENSIVE FACE}", stored)).matches

    async def test_nul_is_a_character_like_any_other(self, hasher: PasswordHasher) -> None:
        spellings = ("p", "p\0", "p\0p", "p\0\0", "\0p")
        for password in spellings:
            stored = await _hash(hasher, password)
            matching = [other for other in spellings if (await _verify(hasher, other, stored)).matches]

            assert matching == [password]

    async def test_composition_does_not_matter_but_compatibility_does(self, hasher: PasswordHasher) -> None:
        composed, decomposed = "caf\u00e9 cr\u00e8me", "cafe\u0301 cre\u0300me"
        ligature, letters = "\ufb01lter \u2460 caf\u00e9", "filter 1 caf\u00e9"

        assert (await _verify(hasher, decomposed, await _hash(hasher, composed))).matches
        assert (await _verify(hasher, composed, await _hash(hasher, decomposed))).matches
        assert not (await _verify(hasher, letters, await _hash(hasher, ligature))).matches

    async def test_any_text_may_be_tried_as_a_password(self, hasher: PasswordHasher) -> None:
        stored = await _hash(hasher, PASSWORD)

        for oddity in ("\ud800", PASSWORD + "\udfff", "a" * (LARGEST_PASSWORD + 1), "\N{GRINNING FACE}" * 1_000_000):
            assert await _verify(hasher, oddity, stored) == Verification(matches=False)
            assert await _verify(hasher, oddity, None) == Verification(matches=False)

    async def test_nothing_matches_where_nothing_is_stored(self, hasher: PasswordHasher) -> None:
        for password in (PASSWORD, "", "None"):
            assert await _verify(hasher, password, None) == Verification(matches=False)

    async def test_a_broken_hash_is_no_match_and_is_told(self, hasher: PasswordHasher) -> None:
        whole = (await _hash(hasher, PASSWORD)).reveal()

        for broken in (
            "",
            "!",
            "*",
            "\0",
            "\ud800",
            PASSWORD,
            "$nobody$knows$this$scheme",
            "$2b$12$",
            "x" * 100_000,
            whole[:-1],
            whole[: len(whole) // 2],
            whole[1:],
            f"{whole}\n",
            f" {whole}",
        ):
            verification = await _verify(hasher, PASSWORD, PasswordHash(Redacted(broken)))

            assert verification == Verification(matches=False, unreadable=True), repr(broken[:80])

    async def test_an_absurdly_dear_hash_is_refused_instead_of_computed(self, hasher: PasswordHasher) -> None:
        half_an_hour = PasswordHash(Redacted("$2b$31$" + "." * 53))

        async with asyncio.timeout(20):
            assert not (await _verify(hasher, PASSWORD, half_an_hour)).matches

    async def test_many_can_hash_at_once(self, hasher: PasswordHasher) -> None:
        passwords = [f"{PASSWORD} {number}" for number in range(20)]

        hashes = await asyncio.gather(*(_hash(hasher, each) for each in passwords))
        verifications = await asyncio.gather(*map(_verify, [hasher] * 20, passwords, hashes))

        assert all(verification.matches for verification in verifications)

    async def test_whoever_is_cancelled_leaves_the_line(self, hasher: PasswordHasher) -> None:
        for _ in range(5):
            impatient = [asyncio.ensure_future(_hash(hasher, PASSWORD)) for _ in range(20)]
            await asyncio.sleep(0)
            for each in impatient:
                each.cancel()
            await asyncio.gather(*impatient, return_exceptions=True)

        assert (await _verify(hasher, PASSWORD, await _hash(hasher, PASSWORD))).matches

    async def test_anybody_can_ask_for_a_turn_whoever_they_are(self, hasher: PasswordHasher) -> None:
        for origin in (None, Origin(), Origin(address="192.0.2.1"), Origin(address="2001:db8::1"), Origin(address="x")):
            async with hasher.turn(origin) as turn:
                assert (await turn.verify(Redacted(PASSWORD), await turn.hash(Redacted(PASSWORD)))).matches

    async def test_an_error_inside_a_turn_gives_it_back(self, hasher: PasswordHasher) -> None:
        for _ in range(5):
            with pytest.raises(LookupError):
                async with hasher.turn():
                    raise LookupError

        assert (await _verify(hasher, PASSWORD, await _hash(hasher, PASSWORD))).matches


async def _hash(hasher: PasswordHasher, password: str) -> PasswordHash:
    async with hasher.turn() as turn:
        return await turn.hash(Redacted(password))


async def _verify(hasher: PasswordHasher, password: str, stored: PasswordHash | None) -> Verification:
    async with hasher.turn() as turn:
        return await turn.verify(Redacted(password), stored)
