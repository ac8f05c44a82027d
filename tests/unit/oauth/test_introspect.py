"""A service is told what a token says that is good, and of any other nothing but that it is not."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from auth_core import PermissionDenied, Redacted, RevocationsUnknown, assemble
from auth_core.assembly import Tx
from auth_core.ids import ClientId
from auth_core.login.model import LoggedIn
from auth_core.oauth.errors import InvalidClient
from auth_core.oauth.model import ServiceClient
from auth_core.oauth.token_kinds import TokenKind
from auth_core.revocation.policy import Fallback
from auth_core.sessions.token_pair import REFRESH_TOKEN_TYPE
from auth_core.testing import HmacTokenSigner
from auth_core.tokens.claims import ACCESS_TOKEN_TYPE, VerifiedClaims
from auth_core.users.model import UserStatus
from tests.unit.core_in_memory import DAY, HERE, MINUTE, Core
from tests.unit.oauth.services import KEY, KINDS, Asking, under_one_key


@pytest.fixture
async def asking(core: Core) -> Asking:
    return await Asking.make(core, "tokens:introspect")


@pytest.fixture
async def someone(core: Core) -> LoggedIn:
    return await core.signed_in()


async def test_an_access_token_is_told_with_everything_it_says(core: Core, asking: Asking, someone: LoggedIn) -> None:
    told = await asking.introspect(someone.tokens.access_token)
    claims = await core.auth.tokens.verify_access_token(token=someone.tokens.access_token.reveal())

    assert told is not None
    assert (told.kind, told.issuer, told.audience) == (TokenKind.ACCESS, "https://auth.test", "https://api.test")
    assert (told.user_id, told.session_id, told.rights) == (
        someone.user.id,
        someone.tokens.session.id,
        someone.tokens.principal,
    )
    assert (told.token_id, told.client_id, told.methods) == (str(claims.token_id), "first-party", ("pwd",))
    assert (told.issued_at, told.expires_at, told.authenticated_at) == (
        claims.issued_at,
        claims.expires_at,
        claims.authenticated_at,
    )


async def test_a_refresh_token_is_told_to_whoever_says_that_it_is_one(
    core: Core, asking: Asking, someone: LoggedIn
) -> None:
    session = someone.tokens.session

    told = await asking.introspect(someone.tokens.refresh_token, hint=TokenKind.REFRESH)

    assert told is not None
    assert (told.kind, told.issuer, told.audience) == (TokenKind.REFRESH, "https://auth.test", "https://auth.test")
    assert (told.user_id, told.session_id, told.token_id) == (someone.user.id, session.id, f"{session.id}.0")
    assert (told.issued_at, told.expires_at) == (session.created_at, session.valid_until)
    assert told.rights is None


@pytest.mark.covers("JWT-15", "R-O7")
@pytest.mark.parametrize("hint", [None, TokenKind.ACCESS])
async def test_a_refresh_token_is_never_told_of_as_a_token_to_call_with(
    asking: Asking, someone: LoggedIn, hint: TokenKind | None
) -> None:
    assert await asking.introspect(someone.tokens.refresh_token, hint=hint) is None


@pytest.mark.parametrize("hint", [None, *TokenKind])
async def test_an_access_token_is_found_whatever_it_is_said_to_be(
    asking: Asking, someone: LoggedIn, hint: TokenKind | None
) -> None:
    told = await asking.introspect(someone.tokens.access_token, hint=hint)

    assert told is not None
    assert told.kind is TokenKind.ACCESS


@pytest.mark.covers("JWT-15", "JWT-16")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hint", [None, *TokenKind])
async def test_no_kind_is_taken_for_another_even_under_one_key(hint: TokenKind | None, kind: str) -> None:
    core = await under_one_key()
    asking, someone = await Asking.make(core, "tokens:introspect"), await core.signed_in()
    access = core.ports.access_tokens.open(someone.tokens.access_token.reveal())
    refresh = core.ports.refresh_tokens.open(someone.tokens.refresh_token.reveal())
    dressed = HmacTokenSigner.fixed(KEY, typ=kind)

    as_access = await asking.introspect(dressed.sign(access), hint=hint)
    as_refresh = await asking.introspect(dressed.sign(refresh), hint=hint)
    as_both = await asking.introspect(dressed.sign({**access, "gen": 0}), hint=hint)

    assert (as_access is not None) is (kind == ACCESS_TOKEN_TYPE)
    assert (as_refresh is not None) is (kind == REFRESH_TOKEN_TYPE and hint is TokenKind.REFRESH)
    assert as_both == as_access


@pytest.mark.covers("R-O7", "JWT-22")
@pytest.mark.parametrize("hint", [None, *TokenKind])
@pytest.mark.parametrize("token", ["", "a.b.c", "x" * 60_000, "\0", "\ud800", "é.é.é", "authcs_abc", "a.b.c.d.e"])
async def test_what_is_no_token_is_not_active_and_no_error(asking: Asking, token: str, hint: TokenKind | None) -> None:
    assert await asking.introspect(token, hint=hint) is None


async def test_an_expired_access_token_is_not_active(core: Core, asking: Asking, someone: LoggedIn) -> None:
    core.clock.advance(15 * MINUTE)

    assert await asking.introspect(someone.tokens.access_token) is None


@pytest.mark.covers("SES-06")
async def test_after_signing_out_neither_token_is_active(core: Core, asking: Asking, someone: LoggedIn) -> None:
    session = someone.tokens.session
    await core.auth.sessions.log_out(user_id=someone.user.id, session_id=session.id, origin=HERE)

    assert await asking.introspect(someone.tokens.access_token) is None
    assert await asking.introspect(someone.tokens.refresh_token, hint=TokenKind.REFRESH) is None


async def test_tokens_of_a_disabled_account_are_not_active(core: Core, asking: Asking, someone: LoggedIn) -> None:
    await core.disable(someone.user)

    assert await asking.introspect(someone.tokens.access_token) is None
    assert await asking.introspect(someone.tokens.refresh_token, hint=TokenKind.REFRESH) is None


async def test_a_refresh_token_is_not_active_while_its_account_is_closed_though_its_session_was_left_open(
    core: Core, asking: Asking, someone: LoggedIn
) -> None:
    async with core.ports.uow() as tx:
        await tx.users.set_status(someone.user.id, UserStatus.DISABLED, now=core.clock.now())

    assert await asking.introspect(someone.tokens.refresh_token, hint=TokenKind.REFRESH) is None


async def test_a_refresh_token_is_active_until_it_is_used_or_its_session_is_over(
    core: Core, asking: Asking, someone: LoggedIn
) -> None:
    successor = await core.auth.sessions.refresh(refresh_token=someone.tokens.refresh_token, origin=HERE)

    used = await asking.introspect(someone.tokens.refresh_token, hint=TokenKind.REFRESH)
    current = await asking.introspect(successor.refresh_token, hint=TokenKind.REFRESH)
    core.clock.move_to(successor.session.valid_until - timedelta(microseconds=1))
    at_last = await asking.introspect(successor.refresh_token, hint=TokenKind.REFRESH)
    core.clock.advance(timedelta(microseconds=1))
    too_late = await asking.introspect(successor.refresh_token, hint=TokenKind.REFRESH)

    assert (used is None, current is None, at_last is None, too_late is None) == (True, False, False, True)


@pytest.mark.covers("RFR-06")
async def test_to_look_at_a_used_refresh_token_is_not_to_use_it(core: Core, asking: Asking, someone: LoggedIn) -> None:
    successor = await core.auth.sessions.refresh(refresh_token=someone.tokens.refresh_token, origin=HERE)
    core.clock.advance(DAY)
    before = core.all_events()

    await asking.introspect(someone.tokens.refresh_token, hint=TokenKind.REFRESH)

    assert core.all_events() == before
    pair = await core.auth.sessions.refresh(refresh_token=successor.refresh_token, origin=HERE)
    assert pair.session.generation == 2


# ---- Who is told


@pytest.mark.covers("R-O7")
async def test_nobody_is_told_who_does_not_prove_to_be_a_client_that_may_ask(core: Core, someone: LoggedIn) -> None:
    other = await Asking.make(core, "tokens:revoke", "revocations:read", name="other")
    impostor = replace(await Asking.make(core, "tokens:introspect"), secret=Redacted("authcs_guess"))

    for token in (someone.tokens.access_token, Redacted("garbage")):
        with pytest.raises(PermissionDenied):
            await other.introspect(token)
        with pytest.raises(InvalidClient):
            await impostor.introspect(token)


async def test_when_nobody_can_tell_nobody_is_told(core: Core, someone: LoggedIn) -> None:
    policies = replace(core.policies, revocation=replace(core.policies.revocation, fallback=Fallback.STRICT))
    strict = replace(core, auth=assemble(core.ports, policies))
    asking = await Asking.make(strict, "tokens:introspect")

    with pytest.raises(RevocationsUnknown):
        await asking.introspect(someone.tokens.access_token)


# ---- What it costs


class Reads:
    """The ports a check could go to, counting."""

    def __init__(self, core: Core) -> None:
        self._ports = core.ports
        self.clients = self.sessions = self.transactions = 0

    async def find(self, client_id: ClientId) -> ServiceClient | None:
        self.clients += 1
        return await self._ports.known_clients.find(client_id)

    async def stands(self, claims: VerifiedClaims) -> bool:
        self.sessions += 1
        return await self._ports.access_check.stands(claims)

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[Tx]:
        self.transactions += 1
        async with self._ports.uow() as tx:
            yield tx


async def test_a_token_seen_before_costs_the_look_at_the_client_and_nothing_else(core: Core, someone: LoggedIn) -> None:
    reads = Reads(core)
    ports = replace(core.ports, known_clients=reads, access_check=reads, uow=reads)
    watched = replace(core, auth=assemble(ports, core.policies))
    asking = await Asking.make(watched, "tokens:introspect")
    await watched.auth.revocation.follow()
    await asking.introspect(someone.tokens.access_token)
    hashed = (core.hasher.hashes, core.hasher.verifications)
    reads.clients = reads.sessions = reads.transactions = 0

    for _ in range(3):
        assert await asking.introspect(someone.tokens.access_token) is not None

    assert (reads.clients, reads.sessions, reads.transactions) == (3, 0, 0)
    assert (core.hasher.hashes, core.hasher.verifications) == hashed


async def test_garbage_costs_the_look_at_the_client_and_nothing_else(core: Core) -> None:
    reads = Reads(core)
    ports = replace(core.ports, known_clients=reads, access_check=reads, uow=reads)
    asking = await Asking.make(replace(core, auth=assemble(ports, core.policies)), "tokens:introspect")
    reads.transactions = 0

    for hint in (None, *TokenKind):
        await asking.introspect("a.b.c", hint=hint)

    assert (reads.clients, reads.sessions, reads.transactions) == (3, 0, 0)
