"""Signing keys over a real database: many processes at once, and one answer."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from auth_adapters.memory import FOR_TESTS, memory_ports
from auth_adapters.postgres import Database, PostgresPorts, postgres_ports
from auth_core import AuthCore, InvalidToken, Origin, assemble
from auth_core.testing import MovableClock, SeededEntropy, a_signing_key
from auth_core.tokens.keys import KeyState
from auth_core.tokens.ports import TokenSigner
from tests.integration.databases import Databases
from tests.integration.postgres.questions import scalar

POLICY = FOR_TESTS.tokens
PROCESSES = 20


@dataclass(frozen=True, kw_only=True)
class Process:
    """What one process has of its own: its ring, its signer. The database is everybody's."""

    auth: AuthCore
    signer: TokenSigner

    def kid(self) -> str:
        return self.signer.sign({}).reveal().split(".")[0]

    async def rotate(self, *, if_due: bool = False) -> int | None:
        made = await self.auth.tokens.rotate_keys(if_due=if_due, origin=Origin())
        return made.number if made else None

    async def states(self) -> list[KeyState]:
        return [state for _, state in await self.auth.tokens.list_keys()]


@pytest.fixture
async def database(databases: Databases) -> AsyncGenerator[Database]:
    """A database for each test: keys belong to nobody."""
    database = Database(await databases.migrated())
    yield database
    await database.close()


@pytest.fixture
def processes(database: Database, clock: MovableClock) -> Sequence[Process]:
    return [process(postgres_ports(database, clock=clock), clock, seed=number) for number in range(PROCESSES)]


def process(storage: PostgresPorts, clock: MovableClock, *, seed: int) -> Process:
    ports = replace(memory_ports(clock=clock, entropy=SeededEntropy(bytes([seed]))), uow=storage.uow)
    return Process(auth=assemble(ports, FOR_TESTS), signer=ports.access_tokens)


async def test_of_many_processes_that_start_at_once_one_makes_the_first_key(processes: Sequence[Process]) -> None:
    made = await asyncio.gather(*(each.rotate(if_due=True) for each in processes))

    assert Counter(made) == {None: PROCESSES - 1, 1: 1}
    assert len({each.kid() for each in processes}) == 1


@pytest.mark.parametrize("if_due", [True, False], ids=["when it is due", "on demand"])
async def test_of_many_rotations_at_once_one_makes_the_key_and_all_sign_with_it_in_time(
    processes: Sequence[Process], clock: MovableClock, if_due: bool
) -> None:
    await processes[0].rotate()
    clock.advance(POLICY.key_rotation)

    made = await asyncio.gather(*(each.rotate(if_due=if_due) for each in processes))
    before = {each.kid() for each in processes}
    clock.advance(POLICY.publication - timedelta(seconds=1))
    just_before = {each.kid() for each in processes}
    clock.advance(timedelta(seconds=1))
    after = {each.kid() for each in processes}

    assert Counter(made) == {None: PROCESSES - 1, 2: 1}
    assert before == just_before
    assert len(before) == len(after) == 1
    assert before != after


@pytest.mark.covers("JWT-18")
async def test_of_many_revocations_at_once_one_is_kept_and_one_successor_signs(
    processes: Sequence[Process], database: Database
) -> None:
    await processes[0].rotate()
    [(key, _)] = await processes[0].auth.tokens.list_keys()
    token = processes[0].signer.sign({}).reveal()

    successors = await asyncio.gather(
        *(each.auth.tokens.revoke_key(kid=key.kid, actor=None, origin=Origin()) for each in processes)
    )

    assert [each.number for each in successors if each] == [2]
    assert await processes[0].states() == [KeyState.REVOKED, KeyState.ACTIVE]
    assert len({each.kid() for each in processes}) == 1
    for each in processes:
        with pytest.raises(InvalidToken):
            each.signer.open(token)
    events = "SELECT count(*) FROM auth.audit_events WHERE kind = 'signing_key.revoked'"
    assert await scalar(database.transactions, events) == 1


async def test_revocations_and_rotations_at_once_leave_one_key_that_signs(
    processes: Sequence[Process], clock: MovableClock
) -> None:
    await processes[0].rotate()
    for _ in range(5):
        active = next(key for key, state in await processes[0].auth.tokens.list_keys() if state is KeyState.ACTIVE)
        await asyncio.gather(
            *(each.rotate() for each in processes[:10]),
            *(each.auth.tokens.revoke_key(kid=active.kid, actor=None, origin=Origin()) for each in processes[10:]),
        )
        for each in processes:
            await each.auth.tokens.load_keys()

        assert (await processes[0].states()).count(KeyState.ACTIVE) == 1
        assert len({each.kid() for each in processes}) == 1
        clock.advance(POLICY.publication)
        assert (await processes[0].states()).count(KeyState.ACTIVE) == 1


async def test_a_rotation_under_way_takes_a_number_and_not_the_place_of_the_successor(
    processes: Sequence[Process], database: Database, clock: MovableClock
) -> None:
    await processes[0].rotate()
    [(key, _)] = await processes[0].auth.tokens.list_keys()
    waiting = a_signing_key(2, signs_from=clock.now() + POLICY.publication)
    async with postgres_ports(database, clock=clock).uow() as tx:
        await tx.signing_keys.add(waiting)
        revocation = asyncio.create_task(processes[1].auth.tokens.revoke_key(kid=key.kid, actor=None, origin=Origin()))
        async with asyncio.timeout(10):
            while not await scalar(database.transactions, "SELECT count(*) FROM pg_locks WHERE NOT granted"):
                pass
    successor = await revocation

    assert successor is not None
    assert successor.number == 3
    assert await processes[0].states() == [KeyState.REVOKED, KeyState.NEXT, KeyState.ACTIVE]


async def test_a_kid_that_is_no_text_for_the_database_is_merely_unknown(processes: Sequence[Process]) -> None:
    await processes[0].rotate()
    for strange in ("\0", "\ud800", "x" * 100_000):
        with pytest.raises(Exception, match="no such signing key"):
            await processes[0].auth.tokens.revoke_key(kid=strange, actor=None, origin=Origin())
