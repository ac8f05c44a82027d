"""What everybody promises who tells whose an access token is, in whatever process: the same words, the same errors."""

import asyncio
from typing import Final

import pytest

from auth_core.login.model import LoggedIn
from auth_core.origin import Origin
from auth_core.redacted import Redacted
from auth_core.rooms import AuthCore
from auth_core.testing.builders import an_email
from auth_core.testing.contracts.concurrency import PATIENCE
from auth_core.testing.doubles.movable_clock import MovableClock
from auth_core.tokens.errors import ExpiredToken, InvalidToken, MalformedToken, RevokedToken
from auth_core.tokens.ports import TokenVerifier

_PASSWORD: Final = Redacted("correct horse battery staple")
_NO_TOKENS: Final = ("", " ", ".", "..", "no token", "a.b", "a.b.c.d", "a.b.ä", "a.b.\0", "a.b.\ud800", "a.b.c\r\nX: y")


def shown(text: str) -> str:
    """Return the name of a test for this text."""
    return ascii(text)[1:-1][:12]


class TokenVerifierContract:
    """Subclass it and provide `verifier`, and the `core` that issues the tokens it verifies, with its `clock`.

    `patience` is how many seconds it may take to hear of what was revoked.
    """

    patience: float = PATIENCE

    @pytest.fixture
    def verifier(self) -> TokenVerifier:
        raise NotImplementedError("your subclass gives this fixture")

    @pytest.fixture
    def core(self) -> AuthCore:
        """Provide the core whose tokens are verified."""
        raise NotImplementedError("your subclass gives this fixture")

    @pytest.fixture
    def clock(self) -> MovableClock:
        """Provide the clock of both."""
        raise NotImplementedError("your subclass gives this fixture")

    async def test_it_says_what_the_token_says(self, verifier: TokenVerifier, core: AuthCore) -> None:
        who = await signed_in(core)

        claims = await verifier.verify_access_token(token=access_token(who))

        assert claims == await core.tokens.verify_access_token(token=access_token(who))
        assert claims.principal == who.tokens.principal
        assert claims.session_id == who.tokens.session.id

    async def test_it_says_the_same_again(self, verifier: TokenVerifier, core: AuthCore) -> None:
        who = await signed_in(core)

        claims = [await verifier.verify_access_token(token=access_token(who)) for _ in range(3)]

        assert claims == claims[:1] * 3

    @pytest.mark.parametrize("text", [*_NO_TOKENS, "a" * 20_000], ids=shown)
    async def test_what_is_no_token_is_malformed(self, verifier: TokenVerifier, text: str) -> None:
        with pytest.raises(MalformedToken) as raised:
            await verifier.verify_access_token(token=text)

        assert raised.type is MalformedToken

    async def test_another_spelling_of_a_token_is_malformed(self, verifier: TokenVerifier, core: AuthCore) -> None:
        token = access_token(await signed_in(core))

        for respelled in (f"{token}=", f" {token}", f"{token}\n", f"Bearer {token}"):
            with pytest.raises(MalformedToken):
                await verifier.verify_access_token(token=respelled)

    async def test_a_forgery_is_not_valid(self, verifier: TokenVerifier, core: AuthCore) -> None:
        one, other = access_token(await signed_in(core)), access_token(await signed_in(core))
        (header, payload, _), (_, _, signature) = one.split("."), other.split(".")

        with pytest.raises(InvalidToken) as raised:
            await verifier.verify_access_token(token=f"{header}.{payload}.{signature}")

        assert raised.type is InvalidToken

    async def test_a_token_of_another_kind_is_not_valid(self, verifier: TokenVerifier, core: AuthCore) -> None:
        who = await signed_in(core)

        with pytest.raises(InvalidToken) as raised:
            await verifier.verify_access_token(token=who.tokens.refresh_token.reveal())

        assert raised.type is InvalidToken

    async def test_a_token_has_its_time(self, verifier: TokenVerifier, core: AuthCore, clock: MovableClock) -> None:
        who = await signed_in(core)
        await verifier.verify_access_token(token=access_token(who))

        clock.advance(who.tokens.access_lifetime)

        with pytest.raises(ExpiredToken):
            await verifier.verify_access_token(token=access_token(who))

    async def test_who_has_signed_out_is_refused_and_nobody_else(self, verifier: TokenVerifier, core: AuthCore) -> None:
        leaving, staying = await signed_in(core), await signed_in(core)
        await verifier.verify_access_token(token=access_token(leaving))

        await core.sessions.log_out(user_id=leaving.user.id, session_id=leaving.tokens.session.id, origin=Origin())

        await comes_to_refuse(verifier, leaving, within=self.patience)
        assert (await verifier.verify_access_token(token=access_token(staying))).principal == staying.tokens.principal

    async def test_who_was_disabled_is_refused(self, verifier: TokenVerifier, core: AuthCore) -> None:
        who = await signed_in(core)
        await verifier.verify_access_token(token=access_token(who))

        await core.users.disable(user_id=who.user.id, actor=None, origin=Origin())

        await comes_to_refuse(verifier, who, within=self.patience)


def access_token(who: LoggedIn) -> str:
    """Return the access token, as it is presented."""
    return who.tokens.access_token.reveal()


async def signed_in(core: AuthCore) -> LoggedIn:
    """Return somebody new who has just signed in."""
    email = an_email()
    await core.users.register(email=email, password=_PASSWORD, first_name="Ada", last_name="Lovelace", origin=Origin())
    return await core.login.log_in(email=email, password=_PASSWORD, origin=Origin())


async def comes_to_refuse(verifier: TokenVerifier, who: LoggedIn, *, within: float) -> None:
    """Wait until the token is refused as revoked: elsewhere it takes a moment to hear of it."""
    async with asyncio.timeout(within):
        while True:
            try:
                await verifier.verify_access_token(token=access_token(who))
            except RevokedToken:
                return
            await asyncio.sleep(0.001)
