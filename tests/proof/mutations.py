"""Valid tokens with one character or one bit changed, by the number: none of them may be accepted by anybody.

The number chooses the kind of token and the change. Keys and signatures are new in every run.
"""

import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Self
from uuid import UUID

from auth_adapters.jwt_tokens import JwtAccessTokenSigner, JwtRefreshTokenSigner
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.signing.vault_key_maker import VaultKeyMaker
from auth_adapters.system import SystemEntropy
from auth_core import Redacted
from auth_core.access.model import principal
from auth_core.errors import Rejected, Unauthenticated
from auth_core.ids import Ids, UserId
from auth_core.sessions.token_pair import TokenPairs
from auth_core.testing import NOON, MovableClock, a_session
from auth_core.testing.contracts.key_maker import ring_of
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.keys import Algorithm
from auth_core.tokens.policy import TokenPolicy
from auth_core.tokens.ports import TokenSigner
from auth_core.tokens.verified_tokens import VerifiedTokens
from auth_core.tokens.verify_access_token import VerifyAccessToken

_MASTER: Final = MasterSecret(Redacted(b"m" * 32))
_POLICY: Final = TokenPolicy(issuer="https://auth.example.com", audience="https://api.example.com")
_BASE64URL: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_OTHERS: Final = "=+/. \t\r\n\0%,~\x7f\u00e9\uff21\u200b\ud800"
"""Padding, the other alphabet, white space, controls, what looks like ASCII and what cannot be written."""

type Accepts = Callable[[str], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Target:
    """A valid token, and whoever reads tokens of its kind."""

    token: str
    reads: Accepts

    async def accepts(self, text: str) -> bool:
        """Say whether `text` is taken for a valid token."""
        try:
            await self.reads(text)
        except (Unauthenticated, Rejected):
            return False
        return True


class _EverythingStands:
    async def stands(self, claims: VerifiedClaims) -> bool:
        return True


class Issuer:
    """Issues tokens of every kind, and reads them. To make its keys takes a moment."""

    @classmethod
    async def make(cls, signers: Callable[[TokenSigner], TokenSigner] = lambda signer: signer) -> Self:
        """Return one with new keys; `signers` may put another signer in the place of each."""
        issuer = cls()
        clock, entropy = MovableClock(), SystemEntropy()
        vault = KeyVault(_MASTER.derive(Purpose.SIGNING_KEYS), entropy=entropy)
        refresh = signers(JwtRefreshTokenSigner(_MASTER.derive(Purpose.REFRESH_TOKENS)))
        for algorithm in Algorithm:
            ring = ring_of(await VaultKeyMaker(vault, entropy=entropy).make(algorithm))
            access = signers(JwtAccessTokenSigner(ring, vault=vault, clock=clock))
            issuer._verifying[algorithm] = VerifyAccessToken(
                signer=access, check=_EverythingStands(), clock=clock, policy=_POLICY, verified=VerifiedTokens(most=64)
            )
            issuer._pairs[algorithm] = TokenPairs(
                access_tokens=access,
                refresh_tokens=refresh,
                ids=Ids(clock=clock, entropy=entropy),
                clock=clock,
                policy=_POLICY,
            )
        return issuer

    def __init__(self) -> None:
        self._pairs: dict[Algorithm, TokenPairs] = {}
        self._verifying: dict[Algorithm, VerifyAccessToken] = {}

    async def targets(self) -> Mapping[str, Target]:
        """Return a new access token of every algorithm and a new refresh token; each was read, and is remembered."""
        session = a_session(UserId(UUID(int=0x01890A5DAC96774BBCCEB302099A8057)))
        found: dict[str, Target] = {}
        for algorithm, pairs in self._pairs.items():
            pair = pairs.pair(session, principal(session.user_id, 0, []), now=NOON)
            found[f"access {algorithm}"] = Target(
                pair.access_token.reveal(), _reading_access(self._verifying[algorithm])
            )
            found["refresh HS256"] = Target(pair.refresh_token.reveal(), _reading_refresh(pairs))
        for name, target in found.items():
            assert await target.accepts(target.token), name
        return found


@cache
def _generator() -> random.Random:
    return random.Random()


def mutation(token: str, number: int) -> tuple[str, str]:
    """Return the kind of the change of this number, and the changed token, which is never the token itself."""
    dice = _generator()
    dice.seed(number)
    position = dice.randrange(len(token))
    before, character, after = token[:position], token[position], token[position + 1 :]
    other = dice.choice(_BASE64URL if dice.random() < 0.8 else _OTHERS)
    match dice.randrange(8):
        case 0:
            return "character left out", before + after
        case 1:
            return "character put in", before + other + character + after
        case 2 | 3 | 4:
            if other == character:
                other = "A" if character != "A" else "B"
            return "character replaced", before + other + after
        case _:
            return "bit flipped", before + chr(ord(character) ^ 1 << dice.randrange(8)) + after


def _reading_access(verify: VerifyAccessToken) -> Accepts:
    return lambda text: verify(token=text)


def _reading_refresh(pairs: TokenPairs) -> Accepts:
    async def read(text: str) -> object:
        return pairs.read_refresh_token(Redacted(text))

    return read
