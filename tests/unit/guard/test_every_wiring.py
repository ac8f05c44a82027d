"""A guard does not know which wiring it asks: in process, verify-only or remote, the answers are the same."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import pytest

from auth_adapters.remote import remote
from auth_core import TokenVerifier
from tests.unit.guard.three_guards import FINE, GUARDS, VERIFIER
from tests.unit.verify_only.issuer import SETTINGS, Issuer


@asynccontextmanager
async def in_process(issuer: Issuer) -> AsyncGenerator[TokenVerifier]:
    yield issuer.auth.tokens


def verify_only(issuer: Issuer) -> AbstractAsyncContextManager[TokenVerifier]:
    return issuer.verified_elsewhere()


@asynccontextmanager
async def over_http(issuer: Issuer) -> AsyncGenerator[TokenVerifier]:
    async with issuer.client() as client, remote(address=SETTINGS.public_url, client=client) as auth:
        yield auth


type Wiring = Callable[[Issuer], AbstractAsyncContextManager[TokenVerifier]]


async def told_of(token: str) -> list[str]:
    """Return what each of the three guards says."""
    return [await says(token) for says in GUARDS]


async def told_once_it_is_known(token: str) -> list[str]:
    """Return what they say of a revoked token, which elsewhere is told some turns of the loop later."""
    async with asyncio.timeout(5):
        while FINE in (told := await told_of(token)):
            await asyncio.sleep(0)
    return told


@pytest.mark.covers("JWT-13", "JWT-20", "AUZ-09")
@pytest.mark.parametrize("wiring", [in_process, verify_only, over_http])
async def test_every_guard_says_the_same_over_every_wiring(wiring: Wiring) -> None:
    issuer = await Issuer.make()
    who, leaving = await issuer.signed_in(), await issuer.signed_in()
    token = who.tokens.access_token.reveal()
    async with wiring(issuer) as verifier:
        with VERIFIER.asking(verifier):
            good = await told_of(token)
            bad = [await told_of(each) for each in ("x", "a.b.c", token[:-1], who.tokens.refresh_token.reveal())]
            await issuer.log_out(leaving)
            signed_out = await told_once_it_is_known(leaving.tokens.access_token.reveal())
            issuer.clock.advance(timedelta(minutes=15))
            late = await told_of(token)

    assert good == [FINE] * 3
    assert bad == [["invalid_token"] * 3] * 4
    assert signed_out == ["revoked_token"] * 3
    assert late == ["expired_token"] * 3
