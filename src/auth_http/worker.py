"""What goes on in the background of every process: learning of keys, renewing them, sealing the trail, tidying up."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from auth_adapters.following import following
from auth_core import AccessCheckMode, AuthCore, Origin, Policies
from auth_http.metrics.jobs import JobRecords

_SPREAD: Final = 0.2
_ROTATION_CHECK: Final = timedelta(minutes=10)
_PURGE: Final = timedelta(hours=1)
_WITHOUT_A_KEY: Final = timedelta(seconds=1)

type Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to do again and again. Doing it twice, or in several processes at once, must do no harm."""

    name: str
    every: timedelta
    do: Callable[[], Awaitable[object]]


def jobs_of(auth: AuthCore, policies: Policies) -> tuple[Job, ...]:
    """Return what this service does in the background."""

    async def rotate() -> None:
        await auth.tokens.rotate_keys(if_due=True, origin=Origin())

    async def find_signing_key() -> None:
        await auth.tokens.load_keys(if_none_signs=True)

    async def seal_audit() -> None:
        head = await auth.audit.seal(if_due=True)
        if head is not None:
            # Whoever can change the database cannot change what was logged elsewhere.
            structlog.get_logger("auth_http.worker").info("audit_sealed", batch=head.number, head=head.head.hex())

    async def remove_old_events() -> None:
        await auth.audit.remove_old(where_allowed=True, origin=Origin())

    async def erase_deleted_users() -> None:
        await auth.upkeep.erase_deleted(where_allowed=True)

    return (
        Job(name="load_keys", every=policies.tokens.key_reload, do=auth.tokens.load_keys),
        Job(name="find_signing_key", every=_WITHOUT_A_KEY, do=find_signing_key),
        Job(name="rotate_keys", every=_ROTATION_CHECK, do=rotate),
        Job(name="seal_audit", every=policies.audit.seal_every, do=seal_audit),
        Job(name="purge", every=_PURGE, do=auth.upkeep.purge),
        Job(name="remove_old_events", every=_PURGE, do=remove_old_events),
        Job(name="erase_deleted_users", every=_PURGE, do=erase_deleted_users),
    )


def following_revocations(auth: AuthCore, policies: Policies) -> AbstractAsyncContextManager[None]:
    """Know what other processes revoke while the block runs; nothing to do where the database is asked anyway."""
    if policies.revocation.access_check is AccessCheckMode.DATABASE:
        return nullcontext()
    log = structlog.get_logger("auth_http.worker")

    def tell(current: bool) -> None:  # noqa: FBT001 - it is called with nothing else
        if current:
            log.info("revocations_current")
        else:
            staleness = auth.revocation.follow.staleness()
            seconds = None if staleness is None else staleness.total_seconds()
            log.warning("revocations_stale", confirmed_seconds_ago=seconds)

    return following(auth.revocation.follow, tell=tell)


@asynccontextmanager
async def in_background(
    jobs: Iterable[Job], *, records: JobRecords, sleep: Sleep = asyncio.sleep
) -> AsyncGenerator[None]:
    """Keep doing the jobs while the block runs, and have let go of them when it has ended."""
    tasks = [asyncio.create_task(keep_doing(job, records=records, sleep=sleep), name=job.name) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def keep_doing(job: Job, *, records: JobRecords, sleep: Sleep) -> None:
    """Do the job after each of its periods, or a little sooner, so that processes do not march in step.

    A failure is logged and recorded, and the job goes on: what it could not do now it will do next time.
    """
    log = structlog.get_logger("auth_http.worker")
    records.expect(job.name)
    while True:
        await sleep(job.every.total_seconds() * random.uniform(1 - _SPREAD, 1))  # noqa: S311 - nothing secret
        try:
            await job.do()
        except Exception:
            records.failed(job.name)
            log.exception("job_failed", job=job.name)
        else:
            records.succeeded(job.name)
            log.debug("job_done", job=job.name)
