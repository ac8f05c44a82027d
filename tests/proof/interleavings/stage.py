"""A database, two processes that stop before each step, and a third that looks at what they have done."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any, Final

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from auth_adapters.memory import FOR_TESTS, memory_ports
from auth_adapters.postgres import Database, Deadlines, PostgresPorts, postgres_ports
from auth_core import AuthCore, Origin, Policies, Ports, Redacted, UnsafeNoThrottle, assemble
from auth_core.revocation.policy import AccessCheckMode
from auth_core.testing import MovableClock, UnsafeFastHasher
from tests.proof.interleavings.gate import Gate, gated

_PATIENT: Final = Deadlines.of(timedelta(seconds=60))

type Wiring = Callable[[Ports, Policies], AuthCore]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where two calls meet, each in a process of its own.

    `witness` is a process that was told nothing and looks into the store each time; `ports` are its. `observer` and
    `reader` are connections that nobody waits for.
    """

    gates: tuple[Gate, Gate]
    processes: tuple[AuthCore, AuthCore]
    witness: AuthCore
    ports: Ports
    hasher: UnsafeFastHasher
    observer: "asyncpg.Connection[Any]"
    reader: AsyncConnection


@asynccontextmanager
async def a_stage(address: Redacted[str], wiring: Wiring = assemble) -> AsyncGenerator[Stage]:
    """Give a stage in the database at `address`; `wiring` makes the two processes."""
    clock, hasher = MovableClock(), UnsafeFastHasher()
    databases = [Database(address, pool_size=2, deadlines=_PATIENT) for _ in range(3)]
    gates = gated(databases[0]), gated(databases[1])
    besides_storage = memory_ports(clock=clock, hasher=hasher)
    ports = [_over(database, besides_storage) for database in databases]
    # What counts attempts is statements of their own, with a proof of their own.
    policies = replace(FOR_TESTS, throttling=UnsafeNoThrottle())
    asking = replace(policies, revocation=replace(policies.revocation, access_check=AccessCheckMode.DATABASE))
    witness = assemble(ports[2], asking)
    await witness.tokens.rotate_keys(if_due=True, origin=Origin())
    url = databases[2].address.url.set(drivername="postgresql").render_as_string(hide_password=False)
    observer = await asyncpg.connect(url)
    try:
        async with databases[2].apart.connect() as reader:
            yield Stage(
                gates=gates,
                processes=(wiring(ports[0], policies), wiring(ports[1], policies)),
                witness=witness,
                ports=ports[2],
                hasher=hasher,
                observer=observer,
                reader=reader,
            )
    finally:
        await observer.close()
        for database in databases:
            await database.close()


def _over(database: Database, besides_storage: Ports) -> Ports:
    storage = postgres_ports(database, clock=besides_storage.clock)
    return replace(besides_storage, **{each.name: getattr(storage, each.name) for each in fields(PostgresPorts)})
