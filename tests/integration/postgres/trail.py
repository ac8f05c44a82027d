"""The core over PostgreSQL for tests of its audit trail, by the clock of the machine."""

from dataclasses import replace
from datetime import timedelta

from auth_adapters.memory import FOR_TESTS, memory_ports
from auth_adapters.postgres import Database, PostgresPorts, postgres_ports
from auth_adapters.system import SystemClock
from auth_core import AuditPolicy, AuthCore, Policies, assemble
from auth_core.audit.verdict import Whole
from auth_core.ids import EventId, UserId
from auth_core.testing import an_event


def core_over(
    database: Database, *, batch: int = 1000, retention: timedelta | None = None
) -> tuple[AuthCore, PostgresPorts]:
    policies: Policies = replace(FOR_TESTS, audit=AuditPolicy(batch=batch, retention=retention))
    storage = postgres_ports(database, clock=SystemClock())
    ports = memory_ports(
        policies=policies,
        uow=storage.uow,
        candidates=storage.candidates,
        profiles=storage.profiles,
        refresh_chains=storage.refresh_chains,
        access_check=storage.access_check,
        ended_sessions=storage.ended_sessions,
        revocation_feed=storage.revocation_feed,
        old_revocations=storage.old_revocations,
        old_answers=storage.old_answers,
    )
    return assemble(ports, policies), storage


async def record(storage: PostgresPorts, count: int = 1, subject: UserId | None = None) -> list[EventId]:
    events = [an_event(subject) for _ in range(count)]
    async with storage.uow() as tx:
        for event in events:
            await tx.audit.record(event)
    return [event.id for event in events]


async def whole(auth: AuthCore) -> Whole:
    verdict = await auth.audit.verify()
    assert isinstance(verdict, Whole), verdict
    return verdict
