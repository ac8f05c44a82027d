"""A token of one kind is never taken for one of another."""

import base64
from collections.abc import Mapping
from typing import Final
from uuid import UUID

import pytest

from auth_adapters.jwt_tokens import JwtAccessTokenSigner, JwtRefreshTokenSigner
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import DerivedKey, MasterSecret, Purpose
from auth_adapters.signing.ec_key_maker import EcKeyMaker
from auth_adapters.system import SystemEntropy
from auth_core.access.model import principal
from auth_core.errors import Rejected, Unauthenticated
from auth_core.ids import Ids, UserId
from auth_core.redacted import Redacted
from auth_core.sessions.errors import InvalidRefreshToken
from auth_core.sessions.token_pair import TokenPairs
from auth_core.testing import NOON, HmacTokenSigner, MovableClock, SeededEntropy, a_session
from auth_core.testing.contracts.key_maker import ring_of
from auth_core.tokens import compact
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.errors import InvalidToken
from auth_core.tokens.keys import Algorithm
from auth_core.tokens.policy import TokenPolicy
from auth_core.tokens.ports import TokenSigner
from auth_core.tokens.verify_access_token import VerifyAccessToken

MASTER: Final = MasterSecret(Redacted(b"m" * 32))
POLICY: Final = TokenPolicy(issuer="https://auth.example.com", audience="https://api.example.com")
KINDS: Final = ("JWT", "at+jwt", "rt+jwt", "id+jwt", "logout+jwt", "reset+jwt", "verify+jwt", "state+jwt")


class EverythingStands:
    async def stands(self, claims: VerifiedClaims) -> bool:
        return True


class House:
    """Both kinds of tokens as the service issues and reads them."""

    def __init__(self, *, access: TokenSigner | None = None, refresh: TokenSigner | None = None) -> None:
        clock = MovableClock()
        vault = KeyVault(MASTER.derive(Purpose.SIGNING_KEYS), entropy=SystemEntropy())
        ring = ring_of(EcKeyMaker(vault).make(Algorithm.ES256))
        self.access = access or JwtAccessTokenSigner(ring, vault=vault, clock=clock)
        self.refresh = refresh or JwtRefreshTokenSigner(MASTER.derive(Purpose.REFRESH_TOKENS))
        self.pairs = TokenPairs(
            access_tokens=self.access,
            refresh_tokens=self.refresh,
            ids=Ids(clock=clock, entropy=SeededEntropy()),
            clock=clock,
            policy=POLICY,
        )
        self.verify = VerifyAccessToken(signer=self.access, check=EverythingStands(), clock=clock, policy=POLICY)
        self.session = a_session(UserId(UUID(int=0x01890A5DAC96774BBCCEB302099A8057)))
        self.pair = self.pairs.pair(self.session, principal(self.session.user_id, 0, []), now=NOON)

    def claims(self, token: Redacted[str]) -> Mapping[str, object]:
        payload = token.reveal().split(".")[1]
        return compact.members(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


async def test_each_kind_is_accepted_where_it_belongs() -> None:
    house = House()

    assert (await house.verify(token=house.pair.access_token.reveal())).session_id == house.session.id
    assert house.pairs.read_refresh_token(house.pair.refresh_token).session_id == house.session.id


@pytest.mark.covers("JWT-15", "R-J4")
async def test_a_refresh_token_is_no_access_token_nor_the_other_way() -> None:
    house = House()

    with pytest.raises(InvalidToken):
        await house.verify(token=house.pair.refresh_token.reveal())
    with pytest.raises(InvalidRefreshToken):
        house.pairs.read_refresh_token(house.pair.access_token)


@pytest.mark.covers("JWT-15", "JWT-16", "R-J4")
async def test_no_kind_is_taken_for_another_even_under_one_key() -> None:
    signers = {kind: HmacTokenSigner.fixed(b"k" * 32, typ=kind) for kind in KINDS}
    house = House(access=signers["at+jwt"], refresh=signers["rt+jwt"])
    good_access, good_refresh = house.claims(house.pair.access_token), house.claims(house.pair.refresh_token)

    for kind, signer in signers.items():
        as_access, as_refresh = signer.sign(good_access), signer.sign(good_refresh)
        assert await accepts(house, as_access) is (kind == "at+jwt"), kind
        assert refreshes(house, as_refresh) is (kind == "rt+jwt"), kind
        assert not await accepts(house, as_refresh), kind
        assert not refreshes(house, as_access), kind


@pytest.mark.covers("JWT-15", "R-J4")
async def test_the_claims_of_one_kind_are_not_enough_for_the_other() -> None:
    house = House()
    access_claims, refresh_claims = house.claims(house.pair.access_token), house.claims(house.pair.refresh_token)

    assert not await accepts(house, house.access.sign(refresh_claims))
    assert not refreshes(house, house.refresh.sign(access_claims))
    assert not refreshes(house, house.refresh.sign({**access_claims, "gen": 0}))
    assert not refreshes(house, house.refresh.sign({**refresh_claims, "aud": POLICY.audience}))


@pytest.mark.covers("JWT-12")
@pytest.mark.parametrize(
    "claims",
    [
        {"exp": "1900000000"},
        {"exp": True},
        {"exp": 1.9e9},
        {"exp": None},
        {"exp": -1},
        {"exp": int("9" * 300)},
        {"gen": "0"},
        {"gen": -1},
        {"gen": 0.0},
        {"gen": False},
        {"gen": None},
        {"gen": 1 << 31},
        {"gen": int("9" * 300)},
        {"sid": ""},
        {"sid": "\0"},
        {"sid": "\ud800"},
        {"sid": 7},
        {"sid": None},
        {"iss": "https://auth.example.com/"},
        {"iss": None},
        {"aud": ["https://auth.example.com"]},
        {"aud": None},
    ],
    ids=ascii,
)
def test_a_refresh_token_of_ours_that_says_something_else_is_refused(claims: dict[str, object]) -> None:
    house = House()
    good = house.claims(house.pair.refresh_token)

    assert refreshes(house, house.refresh.sign(good))
    assert not refreshes(house, house.refresh.sign({**good, **claims}))
    assert not refreshes(house, house.refresh.sign({name: each for name, each in good.items() if name not in claims}))


def test_the_pair_of_one_link_has_one_refresh_token_however_often_it_is_written() -> None:
    house = House()

    again = house.pairs.pair(house.session, house.pair.principal, now=NOON)

    assert again.refresh_token.reveal() == house.pair.refresh_token.reveal()
    assert again.access_token.reveal() != house.pair.access_token.reveal()


@pytest.mark.covers("CFG-05")
def test_after_the_master_secret_was_replaced_old_refresh_tokens_still_work() -> None:
    before = House()
    replacement = MasterSecret(Redacted(b"n" * 32)).derive(Purpose.REFRESH_TOKENS)
    both = JwtRefreshTokenSigner(replacement, previous=[MASTER.derive(Purpose.REFRESH_TOKENS)])

    assert refreshes(House(refresh=both), before.pair.refresh_token)
    assert not refreshes(House(refresh=JwtRefreshTokenSigner(replacement)), before.pair.refresh_token)
    assert not refreshes(before, both.sign(before.claims(before.pair.refresh_token)))


@pytest.mark.covers("R-J6", "JWT-23")
@pytest.mark.parametrize("secret", [b"", b"secret", b"x" * 31])
def test_a_short_key_is_refused(secret: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        JwtRefreshTokenSigner(DerivedKey(id="00" * 8, secret=Redacted(secret)))


async def accepts(house: House, token: Redacted[str]) -> bool:
    try:
        await house.verify(token=token.reveal())
    except (Unauthenticated, Rejected):
        return False
    return True


def refreshes(house: House, token: Redacted[str]) -> bool:
    try:
        house.pairs.read_refresh_token(token)
    except InvalidRefreshToken:
        return False
    return True
