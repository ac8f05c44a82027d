"""A token that was changed in one place is no token; and a reader that forgives is found out."""

from collections.abc import Mapping

import pytest

from auth_core import Redacted
from auth_core.tokens.ports import TokenSigner
from tests.proof.mutations import Issuer, Target, mutation

COUNT = 4_000


async def accepted(among: Mapping[str, Target], count: int) -> list[tuple[int, str]]:
    """The numbers of the mutations that were taken for valid tokens."""
    names = sorted(among)
    found: list[tuple[int, str]] = []
    for number in range(count):
        target = among[names[number % len(names)]]
        kind, text = mutation(target.token, number)
        assert text != target.token
        if await target.accepts(text):
            found.append((number, kind))
    return found


@pytest.mark.covers("JWT-10")
async def test_no_token_with_one_character_or_bit_changed_is_accepted() -> None:
    assert await accepted(await (await Issuer.make()).targets(), COUNT) == []


class Forgiving:
    """Reads what browsers, proxies and many a library let pass: white space, and padding."""

    def __init__(self, signer: TokenSigner) -> None:
        self._signer = signer

    def sign(self, payload: Mapping[str, object]) -> Redacted[str]:
        return self._signer.sign(payload)

    def open(self, token: str) -> Mapping[str, object]:
        return self._signer.open("".join(token.split()).rstrip("="))


class ReadsTheHeaderOnly:
    """Looks at what the token is, and not whether it is true."""

    def __init__(self, signer: TokenSigner) -> None:
        self._signer = signer
        self._known: dict[str, Mapping[str, object]] = {}

    def sign(self, payload: Mapping[str, object]) -> Redacted[str]:
        token = self._signer.sign(payload)
        self._known[token.reveal().rpartition(".")[0]] = payload
        return token

    def open(self, token: str) -> Mapping[str, object]:
        known = self._known.get(token.rpartition(".")[0])
        return self._signer.open(token) if known is None else known


@pytest.mark.parametrize("broken", [Forgiving, ReadsTheHeaderOnly])
async def test_a_reader_that_forgives_is_found_out(broken: type[Forgiving] | type[ReadsTheHeaderOnly]) -> None:
    assert await accepted(await (await Issuer.make(broken)).targets(), COUNT)
