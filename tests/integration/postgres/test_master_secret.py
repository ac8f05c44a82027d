"""The master secret is replaced while people use the service, and nobody notices."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from auth_adapters.bcrypt_hasher import BcryptHasher
from auth_adapters.jwt_tokens import JwtAccessTokenSigner, JwtRefreshTokenSigner
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import DerivedKey, MasterSecret, Purpose
from auth_adapters.memory import FOR_TESTS, memory_ports
from auth_adapters.postgres import Database, postgres_ports
from auth_adapters.signing.vault_key_maker import VaultKeyMaker
from auth_adapters.system import SystemEntropy
from auth_core import (
    AuthCore,
    InvalidCredentials,
    InvalidRefreshToken,
    InvalidToken,
    NoSigningKey,
    Origin,
    Redacted,
    assemble,
)
from auth_core.testing import MovableClock
from auth_core.tokens.key_ring import KeyRing
from auth_core.upkeep.model import Resealed, ResealReport
from tests.integration.databases import Databases
from tests.integration.docs.shell import environment
from tests.integration.postgres.person import NEW_PASSWORD, PASSWORD, Person, registered, signed_in
from tests.integration.postgres.questions import events_of

OLD, NEW = "Zk3v9QmT7rXw2LpB8sYdFh5NcJg1Ku4aE6tVo0Re", "pQ7mX2cW9nR4tYhB6vLsDk8fGj3Za1Ue5oTi0PxC"


@pytest.fixture
async def address(databases: Databases) -> Redacted[str]:
    """A database for each test: what is sealed in it is under the secrets of this test."""
    return await databases.migrated()


@pytest.fixture
async def database(address: Redacted[str]) -> AsyncGenerator[Database]:
    database = Database(address)
    yield database
    await database.close()


def service(database: Database, clock: MovableClock, current: str, *previous: str) -> AuthCore:
    """Return a process with these secrets, everything in it as in production but for the cost of a hash."""
    masters = [MasterSecret(Redacted(secret.encode())) for secret in (current, *previous)]

    def keys(purpose: Purpose) -> tuple[DerivedKey, list[DerivedKey]]:
        first, *others = (master.derive(purpose) for master in masters)
        return first, others

    def vault(purpose: Purpose) -> KeyVault:
        first, others = keys(purpose)
        return KeyVault(first, previous=others, entropy=SystemEntropy())

    ring = KeyRing(retirement=FOR_TESTS.tokens.retirement)
    signing = vault(Purpose.SIGNING_KEYS)
    key_maker = VaultKeyMaker(signing, entropy=SystemEntropy())
    hasher = BcryptHasher(pepper=vault(Purpose.PASSWORD_PEPPER), cost=4)
    storage = postgres_ports(database, clock=clock)
    refresh_key, older = keys(Purpose.REFRESH_TOKENS)
    ports = replace(
        memory_ports(clock=clock),
        uow=storage.uow,
        candidates=storage.candidates,
        profiles=storage.profiles,
        refresh_chains=storage.refresh_chains,
        access_check=storage.access_check,
        ended_sessions=storage.ended_sessions,
        key_ring=ring,
        hasher=hasher,
        key_maker=key_maker,
        key_sealer=key_maker,
        password_sealer=hasher,
        access_tokens=JwtAccessTokenSigner(ring, vault=signing, clock=clock),
        refresh_tokens=JwtRefreshTokenSigner(refresh_key, previous=older),
    )
    return assemble(ports, FOR_TESTS)


def moved(person: Person, auth: AuthCore) -> Person:
    """The same person, at another process."""
    return replace(person, auth=auth)


async def is_known(auth: AuthCore, person: Person) -> bool:
    assert person.tokens is not None
    try:
        await auth.tokens.verify_access_token(token=person.tokens.access_token.reveal())
    except InvalidToken:
        return False
    return True


@pytest.mark.covers("PWD-13", "R-C1", "CFG-05")
async def test_people_stay_signed_in_and_log_in_before_during_and_after(
    database: Database, clock: MovableClock
) -> None:
    before = service(database, clock, OLD)
    await before.tokens.rotate_keys(if_due=True, origin=Origin())
    here, away = await signed_in(before), await signed_in(before)

    # Every process first learns the new secret, and goes on sealing under the old one.
    prepared = service(database, clock, OLD, NEW)
    during = service(database, clock, NEW, OLD)
    for auth in (prepared, during):
        await auth.tokens.load_keys()
        assert await is_known(auth, here)
    newcomer = await signed_in(during)
    await moved(newcomer, prepared).log_in()  # and its password is under the old secret again
    at_work = moved(here, during)
    await at_work.refresh()
    await moved(at_work, prepared).refresh()

    report = await during.upkeep.reseal()

    assert report == ResealReport(signing_keys=Resealed(stale=1), passwords=Resealed(stale=3))
    assert (await during.upkeep.reseal(dry_run=True)).stale == 0
    still = moved(away, during)
    assert await is_known(during, still)
    await still.refresh()

    after = service(database, clock, NEW)
    await after.tokens.load_keys()
    for person in (at_work, still, newcomer):
        there = moved(person, after)
        assert await is_known(after, there)
        await there.refresh()
        await there.log_in()
        assert await is_known(after, there)
    await moved(away, after).change_password(session=(await moved(away, after).log_in()).session.id)
    await moved(away, after).log_in(NEW_PASSWORD)
    assert after.tokens.publish_keys() == during.tokens.publish_keys()


@pytest.mark.covers("PWD-13")
async def test_without_sealing_anew_the_old_secret_cannot_be_taken_away(
    database: Database, clock: MovableClock
) -> None:
    before = service(database, clock, OLD)
    await before.tokens.rotate_keys(if_due=True, origin=Origin())
    person = await signed_in(before)

    too_early = service(database, clock, NEW)
    await too_early.tokens.load_keys()

    assert (await too_early.upkeep.reseal(dry_run=True)).unreadable == 2
    with pytest.raises(InvalidCredentials):
        await moved(person, too_early).log_in()
    with pytest.raises(InvalidRefreshToken):
        await moved(person, too_early).refresh()
    assert not await is_known(too_early, person)
    assert too_early.tokens.publish_keys() == []
    assert await events_of(database.transactions, person.id) == [
        "login.succeeded",
        "password.stored_hash_unreadable",
        "user.registered",
    ]


async def test_nothing_is_signed_under_a_key_that_does_not_open(database: Database, clock: MovableClock) -> None:
    before = service(database, clock, OLD)
    await before.tokens.rotate_keys(if_due=True, origin=Origin())
    too_early = service(database, clock, NEW)
    await too_early.tokens.load_keys()
    newcomer = await registered(too_early)

    with pytest.raises(NoSigningKey):
        await newcomer.log_in()


async def test_people_change_their_passwords_while_all_are_sealed_anew(database: Database, clock: MovableClock) -> None:
    before = service(database, clock, OLD)
    await before.tokens.rotate_keys(if_due=True, origin=Origin())
    people = [await signed_in(before) for _ in range(12)]
    during = service(database, clock, NEW, OLD)
    await during.tokens.load_keys()

    reports = await asyncio.gather(
        during.upkeep.reseal(),
        *(moved(person, during).change_password() for person in people[::2]),
        during.upkeep.reseal(),
        *(moved(person, during).log_in() for person in people[1::2]),
    )

    assert any(isinstance(report, ResealReport) and report.stale for report in reports)
    after = service(database, clock, NEW)
    await after.tokens.load_keys()
    assert (await after.upkeep.reseal(dry_run=True)).unreadable == 0
    for person in people[::2]:
        await moved(person, after).log_in(NEW_PASSWORD)
    for person in people[1::2]:
        await moved(person, after).log_in(PASSWORD)


@dataclass(frozen=True, slots=True)
class Ran:
    code: int | None
    said: str

    def json(self) -> dict[str, object]:
        answer: dict[str, object] = json.loads(self.said)
        return answer


async def command(*arguments: str, settings: Mapping[str, str]) -> Ran:
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).parent / "auth-service",
        *arguments,
        env=environment({"AUTH_ENV": "test", "AUTH_BCRYPT_COST": "4", **settings}),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    return Ran(process.returncode, said.decode())


async def test_the_command_line_looks_works_and_says_when_the_old_secret_may_go(
    address: Redacted[str], database: Database, clock: MovableClock
) -> None:
    before = service(database, clock, OLD)
    await before.tokens.rotate_keys(if_due=True, origin=Origin())
    await registered(before)
    secrets = {
        "AUTH_DATABASE_URL": address.reveal().replace("+asyncpg", ""),
        "AUTH_MASTER_SECRET": NEW,
        "AUTH_PREVIOUS_MASTER_SECRET": OLD,
    }
    without = {name: value for name, value in secrets.items() if "PREVIOUS" not in name}

    looked = await command("secrets", "reseal", "--dry-run", "--json", settings=secrets)
    examined = await command("doctor", settings=secrets)
    too_early = await command("secrets", "reseal", settings=without)
    worked = await command("secrets", "reseal", settings=secrets)
    afterwards = await command("secrets", "reseal", "--json", settings=without)

    assert (looked.code, looked.json()) == (
        1,
        {
            "dry_run": True,
            "signing_keys": {"current": 0, "need_resealing": 1, "unreadable": 0},
            "passwords": {"current": 0, "need_resealing": 1, "unreadable": 0},
            "messages": {"current": 0, "need_resealing": 0, "unreadable": 0},
            "previous_secret_needed": True,
        },
    )
    assert "signing keys: 1, passwords: 1" in examined.said
    assert "auth-service secrets reseal" in examined.said
    assert too_early.code == 1
    assert "under a secret that is not here" in too_early.said
    assert worked.code == 0
    assert "may be removed" in worked.said
    assert (afterwards.code, afterwards.json()["passwords"]) == (0, {"current": 1, "resealed": 0, "unreadable": 0})
    for ran in (looked, examined, too_early, worked, afterwards):
        assert OLD not in ran.said
        assert NEW not in ran.said
