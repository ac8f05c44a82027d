"""Whether an access token is good, and whose it is."""

import pytest

from auth_core import ExpiredToken, InvalidToken, MalformedToken, RevokedToken
from tests.unit.core_in_memory import HERE, SECOND, Core


async def test_a_good_token_says_whose_it_is(core: Core) -> None:
    signed_in = await core.signed_in()

    claims = await core.auth.tokens.verify_access_token(token=signed_in.tokens.access_token.reveal())

    assert claims.principal == signed_in.tokens.principal
    assert claims.session_id == signed_in.tokens.session.id
    assert claims.client_id == core.policies.tokens.client_id
    assert claims.expires_at - claims.issued_at == core.policies.tokens.access_lifetime


@pytest.mark.covers("JWT-13")
async def test_a_token_is_good_for_as_long_as_it_says(core: Core) -> None:
    tokens = (await core.signed_in()).tokens
    claims = await core.auth.tokens.verify_access_token(token=tokens.access_token.reveal())

    core.clock.move_to(claims.expires_at - SECOND)
    await core.auth.tokens.verify_access_token(token=tokens.access_token.reveal())
    core.clock.move_to(claims.expires_at)
    with pytest.raises(ExpiredToken):
        await core.auth.tokens.verify_access_token(token=tokens.access_token.reveal())


async def test_a_token_of_an_earlier_link_is_good_to_its_end(core: Core) -> None:
    first = (await core.signed_in()).tokens
    await core.auth.sessions.refresh(refresh_token=first.refresh_token, origin=HERE)

    await core.auth.tokens.verify_access_token(token=first.access_token.reveal())


@pytest.mark.covers("JWT-20", "R-S4")
async def test_a_token_ends_with_its_session(core: Core) -> None:
    here = await core.signed_in()
    await core.auth.sessions.log_out(user_id=here.user.id, session_id=here.tokens.session.id, origin=HERE)

    with pytest.raises(RevokedToken):
        await core.auth.tokens.verify_access_token(token=here.tokens.access_token.reveal())


@pytest.mark.covers("JWT-14")
async def test_a_token_of_another_service_is_refused(core: Core) -> None:
    elsewhere = await Core.make(seed=b"elsewhere")
    stranger = (await elsewhere.signed_in()).tokens.access_token.reveal()
    mine = (await core.signed_in()).tokens.access_token.reveal()

    await elsewhere.auth.tokens.verify_access_token(token=stranger)
    for token in (stranger[:-5] + mine[-5:], mine + "A", f"{stranger.rpartition('.')[0]}.{mine.rpartition('.')[2]}"):
        with pytest.raises(InvalidToken):
            await core.auth.tokens.verify_access_token(token=token)


async def test_what_is_no_token_is_told_apart(core: Core) -> None:
    for text in ("", "x", "a.b", "a.b.c.d", "\ud800.a.b", "x" * 100_000):
        with pytest.raises(MalformedToken):
            await core.auth.tokens.verify_access_token(token=text)
