"""A token that was verified before costs no signature, no I/O, and is judged as strictly as the first time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from auth_adapters.memory import FOR_TESTS
from auth_core import ExpiredToken, InvalidToken, Origin, Redacted, RevokedToken, assemble
from auth_core.testing import NOON
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.ports import TokenSigner
from auth_core.tokens.verified_tokens import VerifiedTokens
from tests.unit.core_in_memory import HERE, MINUTE, Core

LIFETIME = FOR_TESTS.tokens.access_lifetime


class CountingSigner:
    """Counts how often a signature is checked."""

    def __init__(self, signer: TokenSigner) -> None:
        self.opened = 0
        self._signer = signer

    def sign(self, payload: Mapping[str, object]) -> Redacted[str]:
        return self._signer.sign(payload)

    def open(self, token: str) -> Mapping[str, object]:
        self.opened += 1
        return self._signer.open(token)


class AskedWithoutNeed:
    async def stands(self, claims: VerifiedClaims) -> bool:
        raise AssertionError("verifying a token that was seen before reaches for nothing")


async def a_core(*, remembered: int = 4096) -> tuple[Core, CountingSigner]:
    """A process that follows its feed and may ask nobody."""
    policies = replace(FOR_TESTS, tokens=replace(FOR_TESTS.tokens, remembered=remembered))
    core = await Core.make(policies=policies)
    signer = CountingSigner(core.ports.access_tokens)
    ports = replace(core.ports, access_tokens=signer, access_check=AskedWithoutNeed())
    core = replace(core, ports=ports, auth=assemble(ports, policies))
    await core.auth.revocation.follow()
    return core, signer


def seen_by(core: Core) -> VerifiedTokens:
    return core.auth.tokens.verify_access_token.verified


async def test_a_signature_is_checked_once_and_nothing_is_awaited() -> None:
    core, signer = await a_core()
    token = (await core.signed_in()).tokens.access_token.reveal()
    first = await core.auth.tokens.verify_access_token(token=token)

    step = core.auth.tokens.verify_access_token(token=token)
    with pytest.raises(StopIteration) as done:
        step.send(None)

    assert done.value.value == first
    assert signer.opened == 1


@pytest.mark.covers("SES-06", "R-S4")
async def test_a_token_that_was_seen_before_is_refused_once_it_is_revoked() -> None:
    core, _ = await a_core()
    who = await core.signed_in()
    token = who.tokens.access_token.reveal()
    await core.auth.tokens.verify_access_token(token=token)

    await core.auth.sessions.log_out(user_id=who.user.id, session_id=who.tokens.session.id, origin=HERE)

    with pytest.raises(RevokedToken):
        await core.auth.tokens.verify_access_token(token=token)


async def test_a_token_that_was_seen_before_expires_to_the_second() -> None:
    core, _ = await a_core()
    token = (await core.signed_in()).tokens.access_token.reveal()
    claims = await core.auth.tokens.verify_access_token(token=token)

    core.clock.move_to(claims.expires_at - timedelta(microseconds=1))
    await core.auth.revocation.follow()
    assert await core.auth.tokens.verify_access_token(token=token) == claims
    core.clock.move_to(claims.expires_at)
    with pytest.raises(ExpiredToken):
        await core.auth.tokens.verify_access_token(token=token)

    assert len(seen_by(core)) == 0


async def test_a_clock_that_is_turned_back_is_no_way_around_the_policy() -> None:
    core, signer = await a_core()
    token = (await core.signed_in()).tokens.access_token.reveal()
    await core.auth.tokens.verify_access_token(token=token)

    core.clock.move_to(NOON - MINUTE)

    with pytest.raises(InvalidToken):
        await core.auth.tokens.verify_access_token(token=token)
    assert signer.opened == 2


@pytest.mark.covers("JWT-18")
async def test_a_key_that_goes_takes_the_tokens_it_signed_along_at_once() -> None:
    core, signer = await a_core()
    token = (await core.signed_in()).tokens.access_token.reveal()
    await core.auth.tokens.verify_access_token(token=token)
    await core.auth.tokens.rotate_keys(origin=Origin())
    await core.auth.tokens.verify_access_token(token=token)
    assert signer.opened == 1

    core.ports.key_ring.load(core.ports.key_ring.published(NOON)[1:])

    with pytest.raises(InvalidToken):
        await core.auth.tokens.verify_access_token(token=token)


async def test_no_other_spelling_of_a_token_is_taken_for_it() -> None:
    core, signer = await a_core()
    token = (await core.signed_in()).tokens.access_token.reveal()
    await core.auth.tokens.verify_access_token(token=token)

    for changed in (token[:-1] + ("A" if token[-1] != "A" else "B"), token.swapcase(), f"{token}."):
        with pytest.raises(Exception, match="token"):
            await core.auth.tokens.verify_access_token(token=changed)

    assert signer.opened == 4


async def test_what_was_refused_is_not_remembered() -> None:
    core, signer = await a_core()
    token = (await core.signed_in()).tokens.access_token.reveal()
    core.clock.advance(LIFETIME)

    for _ in range(2):
        with pytest.raises(ExpiredToken):
            await core.auth.tokens.verify_access_token(token=token)

    assert signer.opened == 2
    assert len(seen_by(core)) == 0


async def test_no_more_tokens_are_remembered_than_the_policy_says_and_the_ones_in_use_stay() -> None:
    core, signer = await a_core(remembered=8)
    kept = (await core.signed_in()).tokens.access_token.reveal()
    for _ in range(20):
        await core.auth.tokens.verify_access_token(token=(await core.signed_in()).tokens.access_token.reveal())
        await core.auth.tokens.verify_access_token(token=kept)
        assert len(seen_by(core)) <= 8

    assert signer.opened == 21


async def test_nothing_is_remembered_when_the_policy_says_so() -> None:
    core, signer = await a_core(remembered=0)
    token = (await core.signed_in()).tokens.access_token.reveal()

    for _ in range(3):
        await core.auth.tokens.verify_access_token(token=token)

    assert signer.opened == 3
    assert len(seen_by(core)) == 0


async def test_no_token_shows_in_what_remembers_it() -> None:
    core, _ = await a_core()
    token = (await core.signed_in()).tokens.access_token.reveal()
    await core.auth.tokens.verify_access_token(token=token)

    assert token not in repr(core.auth.tokens.verify_access_token)
