"""A service ends the session of a token it holds."""

import asyncio
from dataclasses import replace

import pytest

from auth_core import InvalidRefreshToken, PermissionDenied, Redacted, RevokedToken
from auth_core.audit.events import EventKind
from auth_core.login.model import LoggedIn
from auth_core.oauth.errors import InvalidClient
from auth_core.revocation.model import Reason, SessionRevocation
from auth_core.sessions.token_pair import REFRESH_TOKEN_TYPE
from auth_core.testing import HmacTokenSigner
from auth_core.tokens.claims import ACCESS_TOKEN_TYPE
from tests.unit.core_in_memory import DAY, HERE, MINUTE, Core
from tests.unit.oauth.services import KEY, KINDS, Asking, under_one_key


@pytest.fixture
async def asking(core: Core) -> Asking:
    return await Asking.make(core, "tokens:revoke")


@pytest.fixture
async def someone(core: Core) -> LoggedIn:
    return await core.signed_in()


def token_of(someone: LoggedIn, kind: str) -> Redacted[str]:
    return someone.tokens.access_token if kind == "access" else someone.tokens.refresh_token


async def is_over(core: Core, someone: LoggedIn) -> bool:
    with pytest.raises(RevokedToken):
        await core.auth.tokens.verify_access_token(token=someone.tokens.access_token.reveal())
    with pytest.raises(InvalidRefreshToken):
        await core.auth.sessions.refresh(refresh_token=someone.tokens.refresh_token, origin=HERE)
    return True


async def still_works(core: Core, someone: LoggedIn) -> bool:
    claims = await core.auth.tokens.verify_access_token(token=someone.tokens.access_token.reveal())
    return claims.session_id == someone.tokens.session.id


@pytest.mark.covers("R-O6", "SES-06")
@pytest.mark.parametrize("kind", ["access", "refresh"])
async def test_either_token_ends_the_session_for_both(core: Core, asking: Asking, someone: LoggedIn, kind: str) -> None:
    bystander = await core.signed_in()

    await asking.revoke(token_of(someone, kind))

    assert await is_over(core, someone)
    assert await still_works(core, bystander)


@pytest.mark.parametrize("kind", ["access", "refresh"])
async def test_the_end_its_event_and_its_revocation_are_written_together_and_once(
    core: Core, asking: Asking, someone: LoggedIn, kind: str
) -> None:
    for _ in range(3):
        await asking.revoke(token_of(someone, kind))

    session = core.store.committed.sessions[someone.tokens.session.id]
    assert (session.ended_at, session.ended_because) == (core.clock.now(), Reason.REVOKED_BY_CLIENT)
    [revocation] = core.store.committed.revocations.values()
    assert isinstance(revocation, SessionRevocation)
    assert revocation.session_id == session.id
    [ended] = [event for event in core.all_events() if event.kind is EventKind.SESSION_ENDED]
    assert (ended.subject, ended.actor, ended.session_id, ended.origin) == (someone.user.id, None, session.id, HERE)
    assert ended.details == {"reason": "revoked_by_client", "client_id": str(asking.client.id)}


async def test_of_many_who_revoke_a_token_at_once_one_ends_the_session(
    core: Core, asking: Asking, someone: LoggedIn
) -> None:
    await asyncio.gather(*(asking.revoke(someone.tokens.refresh_token) for _ in range(20)))

    assert (await core.kinds_of_events(someone.user.id)).count(EventKind.SESSION_ENDED) == 1


async def test_a_refresh_token_that_was_used_ends_its_session_as_well(
    core: Core, asking: Asking, someone: LoggedIn
) -> None:
    await core.auth.sessions.refresh(refresh_token=someone.tokens.refresh_token, origin=HERE)
    core.clock.advance(DAY)

    await asking.revoke(someone.tokens.refresh_token)

    assert core.store.committed.sessions[someone.tokens.session.id].ended_because is Reason.REVOKED_BY_CLIENT


@pytest.mark.covers("JWT-15", "JWT-16")
@pytest.mark.parametrize("kind", KINDS)
async def test_no_kind_is_taken_for_another_even_under_one_key(kind: str) -> None:
    core = await under_one_key()
    asking, dressed = await Asking.make(core, "tokens:revoke"), HmacTokenSigner.fixed(KEY, typ=kind)

    for open_token, of, proper in (
        (core.ports.access_tokens.open, "access", ACCESS_TOKEN_TYPE),
        (core.ports.refresh_tokens.open, "refresh", REFRESH_TOKEN_TYPE),
    ):
        someone = await core.signed_in()
        await asking.revoke(dressed.sign(open_token(token_of(someone, of).reveal())))

        assert (core.store.committed.sessions[someone.tokens.session.id].ended_at is not None) is (kind == proper)


@pytest.mark.covers("R-O6")
@pytest.mark.parametrize("token", ["", "a.b.c", "x" * 60_000, "\0", "\ud800", "authcs_abc"])
async def test_what_is_no_token_is_as_good_as_revoked(
    core: Core, asking: Asking, someone: LoggedIn, token: str
) -> None:
    before = core.all_events()

    await asking.revoke(token)

    assert core.all_events() == before
    assert await still_works(core, someone)


async def test_an_access_token_that_has_expired_ends_nothing(core: Core, asking: Asking, someone: LoggedIn) -> None:
    core.clock.advance(15 * MINUTE)

    await asking.revoke(someone.tokens.access_token)

    assert core.store.committed.sessions[someone.tokens.session.id].ended_at is None


async def test_an_end_that_came_before_keeps_its_reason(core: Core, asking: Asking, someone: LoggedIn) -> None:
    await core.auth.sessions.log_out(user_id=someone.user.id, session_id=someone.tokens.session.id, origin=HERE)

    await asking.revoke(someone.tokens.refresh_token)

    assert core.store.committed.sessions[someone.tokens.session.id].ended_because is Reason.LOGGED_OUT
    assert (await core.kinds_of_events(someone.user.id)).count(EventKind.SESSION_ENDED) == 1


@pytest.mark.covers("R-O6", "R-A1")
async def test_nobody_ends_anything_who_does_not_prove_to_be_a_client_that_may(core: Core, someone: LoggedIn) -> None:
    other = await Asking.make(core, "tokens:introspect", "revocations:read", name="other")
    impostor = replace(await Asking.make(core, "tokens:revoke"), secret=Redacted("authcs_guess"))

    for token in (someone.tokens.access_token, someone.tokens.refresh_token):
        with pytest.raises(PermissionDenied):
            await other.revoke(token)
        with pytest.raises(InvalidClient):
            await impostor.revoke(token)
    assert await still_works(core, someone)
