"""No change of a single character or bit of a token is ever accepted."""

from datetime import timedelta

import pytest

from auth_adapters.jwt_tokens import JwtAccessTokenSigner, JwtRefreshTokenSigner
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.signing.ec_key_maker import EcKeyMaker
from auth_adapters.system import SystemEntropy
from auth_core.redacted import Redacted
from auth_core.testing import NOON, MovableClock
from auth_core.testing.contracts.key_maker import ring_of
from auth_core.tokens.errors import InvalidToken, MalformedToken
from auth_core.tokens.keys import Algorithm
from auth_core.tokens.ports import TokenSigner

MASTER = MasterSecret(Redacted(b"m" * 32))

# Of every class: what a last character can end in, digits, the two specials, padding, the other alphabet, a dot, white
# space, a control character, and what is not ASCII but looks like it, or cannot be written at all.
CHARACTERS = "AQgw09-_z=+. \n\0\u00e9\uff21\ud800"


def access_token_signer() -> TokenSigner:
    vault = KeyVault(MASTER.derive(Purpose.SIGNING_KEYS), entropy=SystemEntropy())
    return JwtAccessTokenSigner(ring_of(EcKeyMaker(vault).make(Algorithm.ES256)), vault=vault, clock=MovableClock())


def refresh_token_signer() -> TokenSigner:
    return JwtRefreshTokenSigner(MASTER.derive(Purpose.REFRESH_TOKENS))


PAYLOADS = [{"sub": "a" * length, "exp": int((NOON + timedelta(hours=1)).timestamp())} for length in range(3)]
SIGNERS = [access_token_signer(), refresh_token_signer()]


def is_opened(signer: TokenSigner, token: str) -> bool:
    try:
        signer.open(token)
    except (InvalidToken, MalformedToken):
        return False
    return True


@pytest.mark.covers("JWT-10")
@pytest.mark.parametrize("signer", SIGNERS, ids=["access", "refresh"])
@pytest.mark.parametrize("payload", PAYLOADS, ids=["length 0 mod 3", "length 1 mod 3", "length 2 mod 3"])
def test_no_character_can_be_replaced_inserted_or_left_out(signer: TokenSigner, payload: dict[str, object]) -> None:
    token = signer.sign(payload).reveal()
    mutations = {
        mutation
        for position in range(len(token) + 1)
        for mutation in (
            token[:position] + token[position + 1 :],
            *(token[:position] + character + token[position:] for character in "A="),
            *(token[:position] + character + token[position + 1 :] for character in CHARACTERS),
        )
    } - {token}

    opened = [mutation for mutation in mutations if is_opened(signer, mutation)]

    assert is_opened(signer, token)
    assert len(mutations) > 18 * len(token)
    assert opened == []


@pytest.mark.covers("JWT-10")
@pytest.mark.parametrize("signer", SIGNERS, ids=["access", "refresh"])
@pytest.mark.parametrize("payload", PAYLOADS, ids=["length 0 mod 3", "length 1 mod 3", "length 2 mod 3"])
def test_no_bit_can_be_flipped(signer: TokenSigner, payload: dict[str, object]) -> None:
    token = signer.sign(payload).reveal()
    text = token.encode("ascii")

    opened = [
        (position, bit)
        for position in range(len(text))
        for bit in range(8)
        if is_opened(
            signer, bytes([*text[:position], text[position] ^ 1 << bit, *text[position + 1 :]]).decode("latin-1")
        )
    ]

    assert opened == []
