"""The contracts of clients and verifiers notice those that do not keep them."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from auth_core import (
    AuthClient,
    AuthCore,
    AuthInProcess,
    InvalidToken,
    IssuedTokens,
    MalformedToken,
    Origin,
    OwnSession,
    Redacted,
    Rejected,
    SignedIn,
    TokenVerifier,
    VerifiedClaims,
)
from auth_core.testing.contracts.auth_client import AuthClientContract
from auth_core.testing.contracts.token_verifier import TokenVerifierContract
from auth_core.users.model import User
from tests.unit.contracts.mutation import caught_by
from tests.unit.wirings.test_wirings import OverMemory


class LetsMalformedThrough(AuthInProcess):
    async def _caller(self, access_token: Redacted[str]) -> VerifiedClaims:
        return await self.auth.tokens.verify_access_token(token=access_token.reveal())


@caught_by("test_nothing_is_done_for_who_shows_no_token", raises=(MalformedToken, AssertionError))
class TestLetsMalformedThrough(OverMemory, AuthClientContract):
    @pytest.fixture
    def client(self, core: AuthCore) -> AuthClient:
        return LetsMalformedThrough(core)


class ForgetsWhereItCameFrom(AuthInProcess):
    async def log_in(
        self, *, email: str, password: Redacted[str], new_password: Redacted[str] | None = None, origin: Origin
    ) -> SignedIn:
        return await AuthInProcess.log_in(
            self, email=email, password=password, new_password=new_password, origin=Origin()
        )


@caught_by("test_sessions_are_listed_with_where_they_came_from")
class TestForgetsWhereItCameFrom(OverMemory, AuthClientContract):
    @pytest.fixture
    def client(self, core: AuthCore) -> AuthClient:
        return ForgetsWhereItCameFrom(core)


class SaysNothingIsCurrent(AuthInProcess):
    async def sessions(self, *, access_token: Redacted[str]) -> Sequence[OwnSession]:
        return [replace(each, current=False) for each in await AuthInProcess.sessions(self, access_token=access_token)]


@caught_by("test_sessions_are_listed_with_where_they_came_from")
class TestSaysNothingIsCurrent(OverMemory, AuthClientContract):
    @pytest.fixture
    def client(self, core: AuthCore) -> AuthClient:
        return SaysNothingIsCurrent(core)


class TellsOneFault(AuthInProcess):
    async def register(
        self, *, email: str, password: Redacted[str], first_name: str, last_name: str, origin: Origin
    ) -> User | None:
        try:
            return await AuthInProcess.register(
                self, email=email, password=password, first_name=first_name, last_name=last_name, origin=origin
            )
        except Rejected as error:
            raise Rejected(*error.faults[:1]) from error


@caught_by(
    "test_everything_that_is_wrong_is_told_at_once",
    "test_a_weak_password_is_told_as_such",
    raises=(AssertionError, Rejected),
)
class TestTellsOneFault(OverMemory, AuthClientContract):
    @pytest.fixture
    def client(self, core: AuthCore) -> AuthClient:
        return TellsOneFault(core)


class SignsOutHereOnly(AuthInProcess):
    async def log_out_everywhere(self, *, access_token: Redacted[str], origin: Origin) -> None:
        await self.log_out(access_token=access_token, origin=origin)


@caught_by("test_who_signs_out_everywhere_is_signed_in_nowhere")
class TestSignsOutHereOnly(OverMemory, AuthClientContract):
    @pytest.fixture
    def client(self, core: AuthCore) -> AuthClient:
        return SignsOutHereOnly(core)


class GivesNoLinkTwice(AuthInProcess):
    async def refresh(self, *, refresh_token: Redacted[str], origin: Origin) -> IssuedTokens:
        issued = await AuthInProcess.refresh(self, refresh_token=refresh_token, origin=origin)
        return replace(issued, refresh_token=issued.access_token)  # another one each time


@caught_by("test_a_refresh_whose_answer_was_lost_can_be_repeated")
class TestGivesNoLinkTwice(OverMemory, AuthClientContract):
    @pytest.fixture
    def client(self, core: AuthCore) -> AuthClient:
        return GivesNoLinkTwice(core)


# ---- Verifiers


class Remembers:
    """Looks once, and never again whether the token still counts."""

    def __init__(self, core: AuthCore) -> None:
        self._core = core
        self._seen: dict[str, VerifiedClaims] = {}

    async def verify_access_token(self, *, token: str) -> VerifiedClaims:
        if token not in self._seen:
            self._seen[token] = await self._core.tokens.verify_access_token(token=token)
        return self._seen[token]


@caught_by(
    "test_a_token_has_its_time",
    "test_who_has_signed_out_is_refused_and_nobody_else",
    "test_who_was_disabled_is_refused",
    raises=(AssertionError, pytest.fail.Exception, TimeoutError),
)
class TestRemembers(OverMemory, TokenVerifierContract):
    patience = 0.02

    @pytest.fixture
    def verifier(self, core: AuthCore) -> TokenVerifier:
        return Remembers(core)


class SaysInvalidOfEverything:
    def __init__(self, core: AuthCore) -> None:
        self._core = core

    async def verify_access_token(self, *, token: str) -> VerifiedClaims:
        try:
            return await self._core.tokens.verify_access_token(token=token.strip())
        except MalformedToken as error:
            raise InvalidToken from error


@caught_by(
    "test_what_is_no_token_is_malformed",
    "test_another_spelling_of_a_token_is_malformed",
    raises=(InvalidToken, AssertionError, pytest.fail.Exception),
)
class TestSaysInvalidOfEverything(OverMemory, TokenVerifierContract):
    @pytest.fixture
    def verifier(self, core: AuthCore) -> TokenVerifier:
        return SaysInvalidOfEverything(core)
