"""What is exported, and what it says."""

import math
from datetime import timedelta

import pytest

from auth_core import AccessCheckMode, Origin, RevocationsUnknown, Unavailable
from auth_core.audit.events import EventKind
from auth_core.credentials.passwords.errors import Busy
from auth_core.outbox.model import Backlog
from auth_core.revocation.policy import Fallback, RevocationPolicy
from auth_core.tally import Tally
from auth_core.testing import NOON, MovableClock
from auth_core.tokens.followed_check import AcceptsWhatItCannotTell, FollowedAccessCheck
from auth_http.metrics.catalogue import METRICS, REFRESHES, VERIFICATIONS, Kind
from auth_http.metrics.endpoint import MetricsEndpoint
from auth_http.metrics.exposition import MEDIA_TYPE
from auth_http.settings import Settings
from tests.unit.http.asgi import ask
from tests.unit.http.service import EMAIL, PASSWORD, Service
from tests.unit.metrics.measured import Measured, measured

LAG = RevocationPolicy().allowed_lag
TICK = timedelta(microseconds=1)


async def refresh(service: Service, token: str) -> int:
    return (await service.ask("POST", "/auth/refresh", {"refresh_token": token})).status


async def verify(service: Service, token: str) -> int:
    return (await service.ask("POST", "/auth/verify", {"token": token})).status


def counted(of: Measured, name: str, label: str) -> dict[str, float]:
    """What is not 0, by the value of the label."""
    return {each.labels[label]: each.value for each in of.samples() if each.name == name and each.value}


async def test_every_metric_of_the_catalogue_is_exported_with_its_labels_and_nothing_else_is() -> None:
    of = await measured()
    await of.service.signed_in()
    of.process.jobs.succeeded("purge")
    of.process.backlog.last = Backlog(waiting=1, oldest=None, dead=0)
    exported = {(each.name, frozenset(each.labels) - {"le"}) for each in of.samples() if each.name.startswith("auth_")}

    catalogued = {
        (f"{metric.name}{suffix}", frozenset(metric.labels))
        for metric in METRICS
        for suffix in (("_bucket", "_count", "_sum") if metric.kind is Kind.HISTOGRAM else ("",))
    }
    assert exported == catalogued


def test_names_follow_the_custom_of_prometheus() -> None:
    for metric in METRICS:
        assert metric.name.endswith("_total") is (metric.kind is Kind.COUNTER), metric.name
        assert metric.name.startswith("auth_")
        assert "job" not in metric.labels, "Prometheus has a label of this name itself"


async def test_the_way_of_every_refresh_token_is_told_apart() -> None:
    of = await measured()
    service = of.service
    first = (await service.signed_in())["refresh_token"]
    await refresh(service, first)
    await refresh(service, first)
    service.clock.advance(timedelta(seconds=31))
    await refresh(service, first)
    await refresh(service, first)
    await refresh(service, "a.b.c")

    assert counted(of, "auth_refreshes_total", "outcome") == {
        "advanced": 1,
        "repeated": 1,
        "reused": 1,
        "gone": 1,
        "unreadable": 1,
    }
    assert {each.labels["outcome"] for each in of.samples() if each.name == "auth_refreshes_total"} == set(REFRESHES)


async def test_verifications_are_counted_by_the_code_of_what_came_of_them() -> None:
    of = await measured()
    service = of.service
    staying, leaving = await service.signed_in(), (await service.log_in()).json()
    await service.ask("POST", "/auth/logout", token=leaving["access_token"])
    await verify(service, staying["access_token"])
    await verify(service, leaving["access_token"])
    await verify(service, staying["refresh_token"])
    await verify(service, "nonsense")
    service.clock.advance(timedelta(minutes=16))
    await verify(service, staying["access_token"])

    assert counted(of, "auth_verifications_total", "outcome") == {
        "accepted": 2,
        "revoked_token": 1,
        "invalid_token": 1,
        "malformed_token": 1,
        "expired_token": 1,
    }
    assert {RevocationsUnknown.code, Unavailable.code} < set(VERIFICATIONS)


async def test_log_ins_are_counted_by_their_events() -> None:
    of = await measured()
    await of.service.signed_in()
    await of.service.log_in(password="wrong password for sure")
    await of.service.log_in(email="nobody@example.com")

    assert of.value("auth_events_total", kind="login.succeeded") == 1
    assert of.value("auth_events_total", kind="login.failed") == 2
    assert of.value("auth_events_total", kind="user.registered") == 1
    kinds = {each.labels["kind"] for each in of.samples() if each.name == "auth_events_total"}
    assert kinds == {kind.value for kind in EventKind}


@pytest.mark.covers("SES-06")
async def test_staleness_is_exported_as_it_grows_and_when_it_is_unknown() -> None:
    of = await measured()
    staleness, current = "auth_revocation_staleness_seconds", "auth_revocation_current"
    found = [(of.value(staleness), of.value(current))]
    await of.service.auth.revocation.follow()
    of.service.clock.advance(LAG)
    found.append((of.value(staleness), of.value(current)))
    of.service.clock.advance(TICK)
    found.append((of.value(staleness), of.value(current)))

    assert found == [(math.inf, 0), (LAG.total_seconds(), 1), ((LAG + TICK).total_seconds(), 0)]


async def test_what_is_known_to_be_revoked_is_counted() -> None:
    of = await measured()
    held = await of.service.signed_in()
    await of.service.ask("POST", "/auth/logout", token=held["access_token"])

    assert of.value("auth_revocation_entries") == 1


async def test_where_the_database_is_asked_nothing_is_said_of_a_feed() -> None:
    of = await measured(Settings(access_check=AccessCheckMode.DATABASE))

    assert not [
        each for each in of.samples() if each.name.startswith("auth_revocation_") and "fallback" not in each.name
    ]


async def test_what_the_fallback_decides_is_counted_by_the_fallback() -> None:
    of = await measured()
    held = await of.service.signed_in()
    await verify(of.service, held["access_token"])
    await of.service.auth.revocation.follow()
    await verify(of.service, held["access_token"])

    assert counted(of, "auth_revocation_fallbacks_total", "fallback") == {"database": 1}


async def test_tokens_the_lenient_accept_are_counted_as_such() -> None:
    of = await measured()
    held = await of.service.signed_in()
    claims = await of.service.auth.tokens.verify_access_token(token=held["access_token"])
    tally = Tally()
    check = FollowedAccessCheck(
        revoked=of.service.auth.revocation.revoked,
        fallback=AcceptsWhatItCannotTell(),
        clock=MovableClock(NOON),
        policy=RevocationPolicy(fallback=Fallback.LENIENT),
        fallbacks=tally,
    )

    assert await check.stands(claims)
    assert tally.counts == {"lenient": 1}


async def test_the_hashing_pool_tells_how_it_does() -> None:
    of = await measured()
    pool = of.process.hashing
    async with pool.place():
        taken = of.value("auth_hashing_in_flight")
    pool.close()
    with pytest.raises(Busy):
        async with pool.place():
            pass

    assert taken == 1
    assert of.value("auth_hashing_in_flight") == 0
    assert of.value("auth_hashing_average_seconds") == 0.25
    assert of.value("auth_hashing_refused_total") == 1


async def test_pools_and_jobs_are_told_by_name() -> None:
    of = await measured()
    of.process.jobs.expect("load_keys")
    of.process.jobs.failed("purge")
    of.process.jobs.succeeded("purge")

    assert of.value("auth_database_connections", pool="transactions", state="used") == 1
    assert of.value("auth_database_connections", pool="transactions", state="idle") == 2
    assert of.value("auth_database_connections_most", pool="transactions") == 4
    assert of.value("auth_job_failures_total", task="purge") == 1
    assert of.value("auth_job_failures_total", task="load_keys") == 0
    assert of.value("auth_job_last_success_timestamp_seconds", task="purge") == NOON.timestamp()
    assert of.value("auth_job_last_success_timestamp_seconds", task="load_keys") is None


@pytest.mark.covers("HTTP-21", "RST-11")
async def test_nobody_and_nothing_of_theirs_can_be_found_in_it() -> None:
    of = await measured()
    service = of.service
    held = await service.signed_in()
    await service.log_in(password="canary password that is wrong")
    await refresh(service, held["refresh_token"])
    await verify(service, held["access_token"])
    user = await service.auth.users.look_up_by_email(email=EMAIL)
    await service.auth.users.disable(user_id=user.id, actor=None, origin=Origin())
    text = of.text()

    for secret in (EMAIL, EMAIL.lower(), PASSWORD, "canary", str(user.id), "198.51.100.7", held["access_token"]):
        assert secret not in text
    assert 'kind="user.disabled"} 1.0' in text


async def test_the_address_of_everybody_has_no_metrics() -> None:
    of = await measured()

    assert (await of.service.ask("GET", "/metrics")).status == 404


@pytest.mark.covers("HTTP-23")
async def test_their_own_address_has_them_and_nothing_else() -> None:
    endpoint = MetricsEndpoint(lambda: b"auth_build_info 1\n", MEDIA_TYPE)
    got = await ask(endpoint, "GET", "/metrics")
    posted = await ask(endpoint, "POST", "/metrics")
    elsewhere = await ask(endpoint, "GET", "/auth/me")

    assert got is not None
    assert (got.status, got.body) == (200, b"auth_build_info 1\n")
    assert got.header("content-type") == "text/plain; version=0.0.4; charset=utf-8"
    assert got.header("cache-control") == "no-store"
    assert posted is not None
    assert (posted.status, posted.header("allow")) == (405, "GET, HEAD")
    assert elsewhere is not None
    assert elsewhere.status == 404


async def test_the_backlog_is_told_as_it_was_seen_last_and_not_at_all_where_nobody_looks() -> None:
    of = await measured()
    before = of.value("auth_outbox_waiting")

    of.process.backlog.last = Backlog(waiting=3, oldest=of.process.clock.now() - timedelta(minutes=2), dead=1)

    assert before is None
    assert of.value("auth_outbox_waiting") == 3
    assert of.value("auth_outbox_oldest_seconds") == 120
    assert of.value("auth_outbox_dead") == 1
    assert of.value("auth_deliveries_total", outcome="given_up") == 0
