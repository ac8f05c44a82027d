"""The three guards over the core in process: real tokens, and what ends them."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from auth_core import VerifiedClaims
from auth_core.login.model import LoggedIn
from tests.unit.core_in_memory import HERE, Core
from tests.unit.guard.three_guards import FINE, GUARDS, VERIFIER, Says


async def log_out(core: Core, who: LoggedIn) -> None:
    session = who.tokens.session
    await core.auth.sessions.log_out(session_id=session.id, user_id=who.user.id, origin=HERE)


async def log_out_everywhere(core: Core, who: LoggedIn) -> None:
    await core.auth.sessions.log_out_everywhere(user_id=who.user.id, origin=HERE)


async def disable(core: Core, who: LoggedIn) -> None:
    await core.auth.users.disable(user_id=who.user.id, actor=None, origin=HERE)


async def change_password_elsewhere(core: Core, who: LoggedIn) -> None:
    await core.change_password(await core.log_in(who.user))


@pytest.mark.covers("JWT-20", "AUZ-09")
@pytest.mark.parametrize("says", GUARDS)
@pytest.mark.parametrize("end", [log_out, log_out_everywhere, disable, change_password_elsewhere])
async def test_what_has_ended_is_refused_at_the_next_request(
    core: Core, says: Says, end: Callable[[Core, LoggedIn], Awaitable[None]]
) -> None:
    who = await core.signed_in()
    token = who.tokens.access_token.reveal()
    with VERIFIER.asking(core.auth.tokens):
        before = await says(token)

        await end(core, who)
        after = await says(token)

    assert (before, after) == (FINE, "revoked_token")


@pytest.mark.covers("JWT-13", "JWT-15")
@pytest.mark.parametrize("says", GUARDS)
async def test_what_is_no_access_token_of_this_moment_is_refused(core: Core, says: Says) -> None:
    who = await core.signed_in()
    access, refresh = who.tokens.access_token.reveal(), who.tokens.refresh_token.reveal()
    with VERIFIER.asking(core.auth.tokens):
        told = {each: await says(each) for each in (refresh, access[:-1], f"{access}x", access.upper(), "x", "a.b.c")}
        core.clock.advance(timedelta(minutes=15))
        late = await says(access)

    assert set(told.values()) == {"invalid_token"}
    assert late == "expired_token"


@pytest.mark.parametrize("says", GUARDS)
async def test_a_verifier_that_breaks_lets_nobody_in(says: Says) -> None:
    class Broken:
        async def verify_access_token(self, *, token: str) -> VerifiedClaims:
            raise ZeroDivisionError

    with VERIFIER.asking(Broken()), pytest.raises(ZeroDivisionError):
        await says("x")
