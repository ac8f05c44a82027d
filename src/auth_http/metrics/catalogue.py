"""Every metric: its name, what it means, and where its values are read. Nothing else is exported, and all of it is.

Labels have few values, all of them names from the code. No user, address, path or token is ever one.
"""

import math
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from auth_adapters.hashing_pool import HashingPool
from auth_adapters.postgres.pools import PoolState
from auth_core.assembly import Policies
from auth_core.audit.events import EventKind
from auth_core.clock import Clock
from auth_core.errors import Unavailable
from auth_core.outbox.model import Backlog, Outcome
from auth_core.revocation.errors import RevocationsUnknown
from auth_core.revocation.policy import AccessCheckMode, Fallback
from auth_core.rooms import AuthCore
from auth_core.tally import Tally
from auth_core.tokens.errors import ExpiredToken, InvalidToken, MalformedToken, RevokedToken
from auth_http.metrics.backlog import BacklogGauge
from auth_http.metrics.jobs import JobRecords
from auth_http.metrics.requests import Durations, RequestTally
from auth_http.openapi import service_version

VERIFICATIONS: Final = (
    "accepted",
    *(
        error.code
        for error in (InvalidToken, ExpiredToken, RevokedToken, MalformedToken, RevocationsUnknown, Unavailable)
    ),
)
BREACH_CHECKS: Final = ("clear", "breached", "unknown")
REFRESHES: Final = ("advanced", "repeated", "reused", "impossible", "gone", "unreadable")


class Kind(StrEnum):
    """What can be done with the numbers."""

    COUNTER = "counter"
    """Only grows, from 0 at the start of the process. Its rate is what is looked at."""
    GAUGE = "gauge"
    """Is as it is at the moment it is read."""
    HISTOGRAM = "histogram"
    """Counts in buckets, from which quantiles are estimated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """What the metrics are read from: the parts of one process, which know nothing of metrics."""

    auth: AuthCore
    policies: Policies
    clock: Clock
    hashing: HashingPool
    pools: Callable[[], Mapping[str, PoolState]]
    jobs: JobRecords
    requests: RequestTally
    backlog: BacklogGauge


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One value, under the values of the labels."""

    labels: tuple[str, ...] = ()
    value: float | Durations


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric. The names of counters end in `_total`, as they are exported."""

    name: str
    kind: Kind
    labels: tuple[str, ...] = ()
    meaning: str
    read: Callable[[Process], Iterable[Sample]]


def _one(value: float) -> Iterable[Sample]:
    return (Sample(value=value),)


def _tallied(tally: Tally, known: Iterable[str]) -> Iterator[Sample]:
    """Read a tally; what is known to be possible is 0 until it happens, so that its first time is a change."""
    for outcome, count in {**dict.fromkeys(known, 0), **tally.counts}.items():
        yield Sample(labels=(str(outcome),), value=count)


def _follows(process: Process) -> bool:
    return process.policies.revocation.access_check is AccessCheckMode.FEED


def _staleness(process: Process) -> Iterable[Sample]:
    if not _follows(process):
        return ()
    staleness = process.auth.revocation.follow.staleness()
    return _one(math.inf if staleness is None else staleness.total_seconds())


def _current(process: Process) -> Iterable[Sample]:
    return _one(process.auth.revocation.follow.is_current()) if _follows(process) else ()


def _revoked(process: Process) -> Iterable[Sample]:
    return _one(len(process.auth.revocation.revoked)) if _follows(process) else ()


def _backlog(process: Process, value: Callable[[Backlog], float]) -> Iterable[Sample]:
    return () if process.backlog.last is None else _one(value(process.backlog.last))


def _oldest(process: Process) -> Iterable[Sample]:
    now = process.clock.now()
    return _backlog(process, lambda seen: 0.0 if seen.oldest is None else max(0.0, (now - seen.oldest).total_seconds()))


def _requests(process: Process) -> Iterator[Sample]:
    for (route, method, status), count in process.requests.statuses.items():
        yield Sample(labels=(route, method, str(status)), value=count)


def _durations(process: Process) -> Iterator[Sample]:
    for route, durations in process.requests.durations.items():
        yield Sample(labels=route, value=durations)


def _connections(process: Process) -> Iterator[Sample]:
    for pool, state in process.pools().items():
        yield Sample(labels=(pool, "used"), value=state.used)
        yield Sample(labels=(pool, "idle"), value=state.idle)


def _most_connections(process: Process) -> Iterator[Sample]:
    for pool, state in process.pools().items():
        yield Sample(labels=(pool,), value=state.most)


def _failures(process: Process) -> Iterator[Sample]:
    for task, record in process.jobs.by_name.items():
        yield Sample(labels=(task,), value=record.failures)


def _last_successes(process: Process) -> Iterator[Sample]:
    for task, record in process.jobs.by_name.items():
        if record.last_success is not None:
            yield Sample(labels=(task,), value=record.last_success.timestamp())


METRICS: Final = (
    Metric(
        name="auth_build_info",
        kind=Kind.GAUGE,
        labels=("version", "python"),
        meaning="Always 1: which version of the service runs, on which Python.",
        read=lambda _: (Sample(labels=(service_version(), platform.python_version()), value=1),),
    ),
    Metric(
        name="auth_revocation_staleness_seconds",
        kind=Kind.GAUGE,
        meaning="How long ago what this process knows of revocations was confirmed; +Inf when it never was, or is in "
        "doubt. Missing where the database is asked anyway (`AUTH_ACCESS_CHECK=database`).",
        read=_staleness,
    ),
    Metric(
        name="auth_revocation_current",
        kind=Kind.GAUGE,
        meaning="1 while what is known of revocations is relied on, 0 while the fallback decides.",
        read=_current,
    ),
    Metric(
        name="auth_revocation_entries",
        kind=Kind.GAUGE,
        meaning="Sessions, users and keys this process knows to be revoked, until their last token has expired.",
        read=_revoked,
    ),
    Metric(
        name="auth_revocation_fallbacks_total",
        kind=Kind.COUNTER,
        labels=("fallback",),
        meaning="Tokens decided while revocations were not known: the `database` was asked, as this service does; or "
        "`strict` refused, or `lenient` accepted what may have been revoked.",
        read=lambda process: _tallied(process.auth.tallies.fallbacks, Fallback),
    ),
    Metric(
        name="auth_verifications_total",
        kind=Kind.COUNTER,
        labels=("outcome",),
        meaning="Access tokens looked at, with requests and by `/auth/verify`: `accepted`, or the code of the error.",
        read=lambda process: _tallied(process.auth.tallies.verifications, VERIFICATIONS),
    ),
    Metric(
        name="auth_refreshes_total",
        kind=Kind.COUNTER,
        labels=("outcome",),
        meaning="Refresh tokens presented: `advanced`, `repeated` (a lost answer), `reused` (theft), `impossible` "
        "(never issued), `gone` (the session has ended), `unreadable` (none of ours).",
        read=lambda process: _tallied(process.auth.tallies.refreshes, REFRESHES),
    ),
    Metric(
        name="auth_events_total",
        kind=Kind.COUNTER,
        labels=("kind",),
        meaning="Audit events written, by kind: among them `login.succeeded` and `login.failed`.",
        read=lambda process: _tallied(process.auth.tallies.events, EventKind),
    ),
    Metric(
        name="auth_breach_checks_total",
        kind=Kind.COUNTER,
        labels=("outcome",),
        meaning="New passwords of which it was asked whether they have leaked: `clear`, `breached`, or `unknown` when "
        "there was no answer in time.",
        read=lambda process: _tallied(process.auth.tallies.breach_checks, BREACH_CHECKS),
    ),
    Metric(
        name="auth_hashing_in_flight",
        kind=Kind.GAUGE,
        meaning="Passwords being hashed, or waiting for it.",
        read=lambda process: _one(process.hashing.in_flight),
    ),
    Metric(
        name="auth_hashing_threads",
        kind=Kind.GAUGE,
        meaning="Passwords that can be hashed at a time.",
        read=lambda process: _one(process.hashing.threads),
    ),
    Metric(
        name="auth_hashing_average_seconds",
        kind=Kind.GAUGE,
        meaning="What a hash has taken lately: a moving average. Until the first one it is a guess.",
        read=lambda process: _one(process.hashing.average.total_seconds()),
    ),
    Metric(
        name="auth_hashing_refused_total",
        kind=Kind.COUNTER,
        meaning="Calls turned away with `busy` because they would have waited too long.",
        read=lambda process: _one(process.hashing.refused),
    ),
    Metric(
        name="auth_database_connections",
        kind=Kind.GAUGE,
        labels=("pool", "state"),
        meaning="Open connections: `used` or `idle`, in the pool for `transactions`, for `single_statements`, or "
        "`apart` (which follows revocations).",
        read=_connections,
    ),
    Metric(
        name="auth_database_connections_most",
        kind=Kind.GAUGE,
        labels=("pool",),
        meaning="How many connections the pool may have.",
        read=_most_connections,
    ),
    Metric(
        name="auth_deliveries_total",
        kind=Kind.COUNTER,
        labels=("outcome",),
        meaning="Attempts of this process to deliver a message: `sent`; `deferred`, to be tried again; `refused`, as "
        "there is no such mailbox; `given_up` after the last attempt; `expired`, as it was not true any more; "
        "`overtaken` by another process after this one had stood still.",
        read=lambda process: _tallied(process.auth.tallies.deliveries, Outcome),
    ),
    Metric(
        name="auth_outbox_waiting",
        kind=Kind.GAUGE,
        meaning="Messages to be delivered, now or later, by any process. Missing where there is no mail.",
        read=lambda process: _backlog(process, lambda seen: seen.waiting),
    ),
    Metric(
        name="auth_outbox_oldest_seconds",
        kind=Kind.GAUGE,
        meaning="For how long the oldest of those has waited; 0 when there is none.",
        read=_oldest,
    ),
    Metric(
        name="auth_outbox_dead",
        kind=Kind.GAUGE,
        meaning="Messages that were given up or refused, until somebody has looked at them or they are old.",
        read=lambda process: _backlog(process, lambda seen: seen.dead),
    ),
    Metric(
        name="auth_job_failures_total",
        kind=Kind.COUNTER,
        labels=("task",),
        meaning="Background jobs that failed and will be done again: `load_keys`, `rotate_keys`, `purge` and so on.",
        read=_failures,
    ),
    Metric(
        name="auth_job_last_success_timestamp_seconds",
        kind=Kind.GAUGE,
        labels=("task",),
        meaning="When the background job was last done, in seconds since 1970. Missing before its first time.",
        read=_last_successes,
    ),
    Metric(
        name="auth_http_requests_total",
        kind=Kind.COUNTER,
        labels=("route", "method", "status"),
        meaning="Requests answered. `route` is the template, `none` where there is no such route; `method` is `OTHER` "
        "for one nobody knows; `status` is 499 when the caller had hung up.",
        read=_requests,
    ),
    Metric(
        name="auth_http_request_duration_seconds",
        kind=Kind.HISTOGRAM,
        labels=("route", "method"),
        meaning="From the arrival of a request to the end of its answer. `/auth/revocations` waits if it is asked to.",
        read=_durations,
    ),
)
