"""Another service verifies our tokens, with neither our database nor our secrets."""

import asyncio
import base64
import json
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta

import pytest

from auth_adapters.verify_only import LENIENT, STRICT, KeySetPolicy, UnsafeNoRevocations, VerifyOnly, verifying
from auth_core import (
    ExpiredToken,
    InvalidToken,
    KeysUnknown,
    MalformedToken,
    Origin,
    RevocationPolicy,
    RevocationsUnknown,
    RevokedToken,
)
from auth_core.login.model import LoggedIn
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.keys import Algorithm
from tests.unit.verify_only.issuer import QUICK, SETTINGS, Issuer

JWKS = "/.well-known/jwks.json"
SECOND = timedelta(seconds=1)
POLICY = KeySetPolicy()


@pytest.fixture
async def issuer() -> Issuer:
    return await Issuer.make()


def text(who: LoggedIn) -> str:
    return who.tokens.access_token.reveal()


def forged(number: int) -> str:
    """A token that names a key of its own."""
    parts = ({"alg": "ES256", "typ": "at+jwt", "kid": f"k{number}"}, {"sub": "x"}, "signature")
    return ".".join(base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts)


def at_once[T](coroutine: Coroutine[object, object, T]) -> T:
    """Run to the end without an event loop: whatever would wait for anything fails."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    raise AssertionError("it waits for something")


async def accepts(verifier: VerifyOnly, who: LoggedIn) -> bool:
    claims = await verifier.verify_access_token(token=text(who))
    return claims.session_id == who.tokens.session.id


async def refused(verifier: VerifyOnly, token: str) -> None:
    """Wait until the token is refused as revoked."""
    async with asyncio.timeout(5):
        while True:
            try:
                await verifier.verify_access_token(token=token)
            except RevokedToken:
                return
            await asyncio.sleep(0)


@pytest.mark.parametrize("algorithm", [Algorithm.ES256, Algorithm.EDDSA])
async def test_it_says_what_the_service_itself_says(algorithm: Algorithm) -> None:
    issuer = await Issuer.make(algorithm=algorithm)
    who = await issuer.signed_in()
    async with issuer.verified_elsewhere() as verifier:
        elsewhere = await verifier.verify_access_token(token=text(who))

    assert elsewhere == await issuer.auth.tokens.verify_access_token(token=text(who))
    assert verifier.is_ready()


async def test_a_token_seen_before_costs_no_request_and_lets_nobody_else_run(issuer: Issuer) -> None:
    who = await issuer.signed_in()
    async with issuer.verified_elsewhere() as verifier:
        first = await verifier.verify_access_token(token=text(who))
        carried = issuer.network.carried.total()
        claims: list[VerifiedClaims] = [at_once(verifier.verify_access_token(token=text(who))) for _ in range(100)]
        carried_since = issuer.network.carried.total() - carried

    assert claims == [first] * 100
    assert carried_since == 0


@pytest.mark.covers("JWT-22")
async def test_what_is_no_token_of_ours_is_refused_as_the_service_refuses_it(issuer: Issuer) -> None:
    who = await issuer.signed_in()
    async with issuer.verified_elsewhere() as verifier:
        for token, error in (
            ("", MalformedToken),
            ("x" * 20_000, MalformedToken),
            (text(who) + "=", MalformedToken),
            (text(who)[:-8] + "AAAAAAAA", InvalidToken),
            (who.tokens.refresh_token.reveal(), InvalidToken),
        ):
            with pytest.raises(error) as raised:
                await verifier.verify_access_token(token=token)
            assert raised.type is error
        issuer.clock.advance(issuer.policies.tokens.access_lifetime)
        with pytest.raises(ExpiredToken):
            await verifier.verify_access_token(token=text(who))


async def test_tokens_of_another_issuer_or_for_another_audience_are_refused(issuer: Issuer) -> None:
    who = await issuer.signed_in()
    for issued_by, audience in (("https://other.example", SETTINGS.audience), (SETTINGS.issuer, "other-api")):
        async with (
            issuer.client() as client,
            verifying(
                issuer=issued_by,
                audience=audience,
                credentials=UnsafeNoRevocations(),
                address=SETTINGS.issuer,
                clock=issuer.clock,
                client=client,
            ) as verifier,
        ):
            with pytest.raises(InvalidToken):
                await verifier.verify_access_token(token=text(who))


# ---- What was revoked


@pytest.mark.covers("SES-06")
async def test_who_was_signed_out_is_refused_and_nobody_else_is(issuer: Issuer) -> None:
    leaving, staying = await issuer.signed_in(), await issuer.signed_in()
    async with issuer.verified_elsewhere() as verifier:
        for who in (leaving, staying):
            await verifier.verify_access_token(token=text(who))
        await issuer.log_out(leaving)
        await refused(verifier, text(leaving))

        assert await accepts(verifier, staying)


@pytest.mark.covers("SES-06")
async def test_the_strict_accept_nothing_once_the_feed_is_cut_and_go_on_when_it_is_back(issuer: Issuer) -> None:
    who = await issuer.signed_in()
    async with issuer.verified_elsewhere() as verifier:
        await verifier.verify_access_token(token=text(who))
        issuer.network.is_cut = True
        issuer.clock.advance(STRICT.allowed_lag + SECOND)
        with pytest.raises(RevocationsUnknown):
            await verifier.verify_access_token(token=text(who))
        was_ready = verifier.is_ready()
        issuer.network.is_cut = False
        async with asyncio.timeout(5):
            while not verifier.is_ready():
                await asyncio.sleep(0.001)

        assert await accepts(verifier, who)
    assert not was_ready


async def test_the_lenient_go_on_accepting_and_count_what_nobody_could_tell(issuer: Issuer) -> None:
    who, known = await issuer.signed_in(), await issuer.signed_in()
    async with issuer.verified_elsewhere(revocation=replace(QUICK, fallback=LENIENT.fallback)) as verifier:
        await issuer.log_out(known)
        await refused(verifier, text(known))
        issuer.network.is_cut = True
        issuer.clock.advance(LENIENT.allowed_lag + SECOND)
        for _ in range(3):
            await verifier.verify_access_token(token=text(who))

        assert verifier.accepted_unchecked == 3
        with pytest.raises(RevokedToken):
            await verifier.verify_access_token(token=text(known))


async def test_without_a_feed_a_token_is_good_until_it_expires(issuer: Issuer) -> None:
    who = await issuer.signed_in()
    async with issuer.verified_elsewhere(follows=False) as verifier:
        await issuer.log_out(who)

        assert await accepts(verifier, who)
        assert verifier.is_ready()
    assert set(issuer.network.carried) == {JWKS}


async def test_a_policy_that_asks_for_a_database_is_refused() -> None:
    with pytest.raises(ValueError, match="no store"):
        async with (await Issuer.make()).verified_elsewhere(revocation=RevocationPolicy()):
            pass


# ---- Keys


@pytest.mark.covers("JWT-05")
async def test_however_many_tokens_name_unknown_keys_the_service_is_asked_once_in_a_while(issuer: Issuer) -> None:
    who = await issuer.signed_in()
    async with issuer.verified_elsewhere(follows=False) as verifier:
        issuer.clock.advance(POLICY.cool_down)
        before = issuer.network.carried[JWKS]
        flood = [verifier.verify_access_token(token=forged(number)) for number in range(1_000)]
        told = await asyncio.gather(*flood, return_exceptions=True)
        asked_at_once = issuer.network.carried[JWKS] - before
        issuer.clock.advance(POLICY.cool_down - timedelta(microseconds=1))
        for number in range(100):
            with pytest.raises(InvalidToken):
                await verifier.verify_access_token(token=forged(number))
        asked_within_the_time = issuer.network.carried[JWKS] - before
        issuer.clock.advance(timedelta(microseconds=1))
        with pytest.raises(InvalidToken):
            await verifier.verify_access_token(token=forged(0))

        assert {type(each) for each in told} == {InvalidToken}
        assert (asked_at_once, asked_within_the_time, issuer.network.carried[JWKS] - before) == (1, 1, 2)
        assert await accepts(verifier, who)


@pytest.mark.covers("JWT-18")
async def test_a_key_that_is_revoked_has_a_successor_which_is_known_at_its_first_token(issuer: Issuer) -> None:
    old = await issuer.signed_in()
    async with issuer.verified_elsewhere(follows=False) as verifier:
        await verifier.verify_access_token(token=text(old))
        issuer.clock.advance(POLICY.cool_down)
        [(key, _)] = await issuer.auth.tokens.list_keys()
        await issuer.auth.tokens.revoke_key(kid=key.kid, actor=None, origin=Origin())
        new = await issuer.signed_in()

        assert await accepts(verifier, new)
        with pytest.raises(InvalidToken):
            await verifier.verify_access_token(token=text(old))


@pytest.mark.covers("JWT-18")
async def test_a_revoked_key_is_told_by_the_feed_while_nobody_looks_at_the_keys(issuer: Issuer) -> None:
    who = await issuer.signed_in()
    kid = issuer.auth.tokens.publish_keys()[0]["kid"]
    async with issuer.verified_elsewhere() as verifier:
        assert await accepts(verifier, who)
        asked = issuer.network.carried[JWKS]

        await issuer.auth.tokens.revoke_key(kid=kid, actor=None, origin=Origin())
        async with asyncio.timeout(5):
            while await still_accepted(verifier, who):
                await asyncio.sleep(0)

        assert issuer.network.carried[JWKS] <= asked + 1


async def still_accepted(verifier: VerifyOnly, who: LoggedIn) -> bool:
    try:
        return await accepts(verifier, who)
    except InvalidToken:
        return False


async def test_while_the_service_is_away_its_keys_are_trusted_for_a_while_and_then_not(issuer: Issuer) -> None:
    async with issuer.verified_elsewhere(follows=False) as verifier:
        issuer.clock.advance(POLICY.kept - SECOND)
        who = await issuer.signed_in()
        issuer.network.is_cut = True
        with pytest.raises(KeysUnknown):
            await verifier.verify_access_token(token=forged(1))
        kept = await verifier.verify_access_token(token=text(who))
        issuer.clock.advance(2 * SECOND)
        with pytest.raises(KeysUnknown):
            await verifier.verify_access_token(token=text(who))
        issuer.network.is_cut = False
        issuer.clock.advance(POLICY.cool_down)

        assert await verifier.verify_access_token(token=text(who)) == kept


async def test_a_service_that_starts_later_is_waited_for(issuer: Issuer) -> None:
    who = await issuer.signed_in()
    issuer.network.is_cut = True
    async with issuer.verified_elsewhere(follows=False) as verifier:
        with pytest.raises(KeysUnknown):
            await verifier.verify_access_token(token=text(who))
        was_ready = verifier.is_ready()
        issuer.network.is_cut = False
        issuer.clock.advance(POLICY.cool_down)

        assert await accepts(verifier, who)
    assert not was_ready


async def test_nothing_goes_on_after_the_block(issuer: Issuer) -> None:
    before = asyncio.all_tasks()
    async with issuer.verified_elsewhere():
        during = asyncio.all_tasks()

    assert {task.get_name() for task in during - before} == {"follow_revocations", "keep_keys_fresh"}
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize(
    "address", ["http://auth.example", "ftp://auth.example", "auth.example", "https://u:p@a.example"]
)
async def test_an_address_others_could_speak_for_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address of the service"):
        async with verifying(issuer=address, audience="api", credentials=UnsafeNoRevocations()):
            pass


def test_the_presets_differ_in_what_they_do_when_nobody_can_tell() -> None:
    assert replace(LENIENT, fallback=STRICT.fallback) == STRICT
