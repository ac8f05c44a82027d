"""With the feed cut off: that is seen, exported, and acted on within the bound."""

from dataclasses import replace
from datetime import timedelta
from typing import override

import httpx2
import pytest

from auth_adapters.following import Follower
from auth_adapters.memory import memory_ports
from auth_adapters.revocation_client import HttpRevocationFeed
from auth_adapters.service_credentials import BearerCredentials
from auth_core import Redacted, RevocationsUnknown, RevokedToken, Unavailable, assemble
from auth_core.ids import SessionId, UserId
from auth_core.revocation.follow import FollowRevocations
from auth_core.revocation.policy import Fallback, RevocationPolicy
from auth_core.revocation.ports import Batch, Cursor, RevocationFeed
from auth_core.revocation.revoked_set import RevokedSet
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.followed_check import FollowedAccessCheck, RefusesWhatItCannotTell
from tests.unit.core_in_memory import HERE
from tests.unit.http.service import Service, a_service
from tests.unit.http.test_revocations import admin_token
from tests.unit.metrics.measured import measured

LAG = RevocationPolicy().allowed_lag
QUARTER = LAG / 4
LAST_TRUSTED = 4
"""So many quarters of it after the last look what is known is still relied on."""


class Cuttable:
    """A feed that can be cut off."""

    def __init__(self, feed: RevocationFeed) -> None:
        self.is_cut = False
        self._feed = feed

    async def changes(self, *, after: Cursor | None, wait: timedelta) -> Batch:
        if self.is_cut:
            raise Unavailable(Unavailable.SHORTLY)
        return await self._feed.changes(after=after, wait=timedelta(0))


async def claims_of_somebody_new(service: Service, number: int) -> VerifiedClaims:
    email = f"person-{number}@example.com"
    await service.register(email=email)
    token = (await service.log_in(email=email)).json()["access_token"]
    return await service.auth.tokens.verify_access_token(token=token)


async def ended_elsewhere(service: Service, user_id: UserId, session_id: SessionId) -> None:
    """Let another process over the same store end this session."""
    ports = memory_ports(store=service.store, clock=service.clock)
    elsewhere = assemble(ports, service.parts.policies())
    await elsewhere.sessions.log_out(user_id=user_id, session_id=session_id, origin=HERE)


@pytest.mark.covers("SES-06", "HTTP-23")
async def test_the_service_tells_how_stale_it_is_and_asks_the_database_past_the_bound() -> None:
    of = await measured()
    service = of.service
    staying, leaving = await service.signed_in(), (await service.log_in()).json()
    feed = Cuttable(service.auth.revocation.follow.feed)
    told: list[bool] = []
    follower = Follower(replace(service.auth.revocation.follow, feed=feed), tell=told.append)
    await follower.step()
    feed.is_cut = True
    claims = await service.auth.tokens.verify_access_token(token=leaving["access_token"])
    await ended_elsewhere(service, claims.principal.user_id, claims.session_id)

    seen: list[tuple[float | None, float | None, bool, list[int]]] = []
    for _ in range(3 * LAST_TRUSTED):
        service.clock.advance(QUARTER)
        await follower.step()
        verified = [
            (await service.ask("POST", "/auth/verify", {"token": held["access_token"]})).status
            for held in (staying, leaving)
        ]
        ready = (await service.ask("GET", "/health/ready")).json()
        staleness = of.value("auth_revocation_staleness_seconds")
        seen.append((staleness, of.value("auth_revocation_current"), "revocations" in ready["warnings"], verified))

    assert [staleness for staleness, *_ in seen] == pytest.approx(
        [(QUARTER * passed).total_seconds() for passed in range(1, 1 + len(seen))]
    )
    assert [rest for _, *rest in seen[:LAST_TRUSTED]] == [[1, False, [200, 200]]] * LAST_TRUSTED
    assert [rest for _, *rest in seen[LAST_TRUSTED:]] == [[0, True, [200, 401]]] * (2 * LAST_TRUSTED)
    assert of.value("auth_revocation_fallbacks_total", fallback="database") == 2 * 2 * LAST_TRUSTED
    assert told == [False]


class CuttableNetwork(httpx2.ASGITransport):
    """Leads to a service, until it does not."""

    is_cut = False

    @override
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.is_cut:
            raise httpx2.ConnectError("nobody there")
        return await super().handle_async_request(request)


@pytest.mark.covers("SES-06", "R-S4")
async def test_a_strict_follower_over_http_accepts_no_token_past_the_bound() -> None:
    service = await a_service()
    token = Redacted(await admin_token(service))

    async def its_token() -> Redacted[str]:
        return token

    policy = RevocationPolicy(fallback=Fallback.STRICT)
    revoked = RevokedSet(most=policy.most)
    check = FollowedAccessCheck(revoked=revoked, fallback=RefusesWhatItCannotTell(), clock=service.clock, policy=policy)
    people = [await claims_of_somebody_new(service, number) for number in range(20)]
    network = CuttableNetwork(app=service.app)
    async with httpx2.AsyncClient(transport=network) as client:
        feed = HttpRevocationFeed(client, address="http://auth.example", credentials=BearerCredentials(its_token))
        follow = FollowRevocations(feed=Cuttable(feed), revoked=revoked, clock=service.clock, policy=policy)
        told: list[bool] = []
        follower = Follower(follow, tell=told.append)
        await follower.step()
        network.is_cut = True
        for left in people[:5]:
            await ended_elsewhere(service, left.principal.user_id, left.session_id)
        accepted: list[int] = []
        for _ in range(3 * LAST_TRUSTED):
            service.clock.advance(QUARTER)
            await follower.step()
            accepted.append(sum([await is_accepted(check, each) for each in people]))
        stale = follow.staleness()
        network.is_cut = False
        await follower.step()
        again = [await is_accepted(check, each) for each in people]

    assert accepted == [len(people)] * LAST_TRUSTED + [0] * (2 * LAST_TRUSTED)
    assert stale == 3 * LAG
    assert told == [False, True]
    assert again == [False] * 5 + [True] * 15


async def is_accepted(check: FollowedAccessCheck, claims: VerifiedClaims) -> bool:
    try:
        return await check.stands(claims)
    except (RevocationsUnknown, RevokedToken):
        return False
