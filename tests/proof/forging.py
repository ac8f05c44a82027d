"""Makes texts that look like refresh tokens."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Final

from auth_core.sessions.token_pair import REFRESH_TOKEN_TYPE
from auth_core.testing import HmacTokenSigner
from auth_core.tokens.ports import TokenSigner
from tests.proof.steps import Forgery

_SOMEBODY_ELSE: Final = HmacTokenSigner.fixed(b"a key of somebody else, 32 bytes", typ=REFRESH_TOKEN_TYPE)


def forged(forgery: Forgery, *, refresh_token: str, access_token: str, signer: TokenSigner) -> str:
    """Return a text that is none of our refresh tokens, made from tokens that are ours."""
    header, payload, signature = refresh_token.split(".")
    match forgery:
        case Forgery.GARBAGE:
            return "correct.horse.battery"
        case Forgery.EMPTY:
            return ""
        case Forgery.SIGNATURE:
            return f"{header}.{payload}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
        case Forgery.PAYLOAD:
            claims = _with_generation(signer.open(refresh_token), lambda generation: generation + 1)
            encoded = base64.urlsafe_b64encode(json.dumps(claims, separators=(",", ":")).encode()).rstrip(b"=")
            return f"{header}.{encoded.decode()}.{signature}"
        case Forgery.OTHER_KEY:
            return _SOMEBODY_ELSE.sign(signer.open(refresh_token)).reveal()
        case Forgery.ACCESS_TOKEN:
            return access_token


def unissued(*, ahead: int, refresh_token: str, signer: TokenSigner) -> str:
    """Return a link that lies `ahead` of the given one, signed as ours are."""
    return signer.sign(_with_generation(signer.open(refresh_token), lambda generation: generation + ahead)).reveal()


def _with_generation(claims: Mapping[str, object], change: Callable[[int], int]) -> dict[str, object]:
    generation = claims["gen"]
    assert isinstance(generation, int)
    return {**claims, "gen": change(generation), "jti": f"{claims['sid']}.{change(generation)}"}
