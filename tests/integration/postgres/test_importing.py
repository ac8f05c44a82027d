"""Some hundred people come from every other system there is, sign in with what they had, and go on to the next."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from auth_adapters.bcrypt_hasher import BcryptHasher
from auth_adapters.hash_transfer import BcryptTransfer
from auth_adapters.hashing_pool import HashingPolicy, HashingPool
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.memory import auth_in_memory, memory_ports
from auth_adapters.postgres import Database, postgres_ports
from auth_adapters.system import SystemClock, SystemEntropy
from auth_core import AuthCore, InvalidCredentials, Redacted
from auth_core.testing import an_origin
from tests.integration.databases import Databases
from tests.integration.operations.service_process import command, environment
from tests.integration.postgres.questions import rows, scalar
from tests.unit.passwords import foreign

SECRET = "k3Vt9qLr0ZsYw7XbN2mPfH8dJcG5uAe1RiTo6WxQ"
OTHER_SECRET = "Zr8nB1yKq4WcM7tGxV0pSdL5hJe9fUa2TiNo3CwE"
OF_EACH = 12


def people() -> list[dict[str, Any]]:
    """Everybody, twelve of each way to write a hash."""
    ways: list[dict[str, Any]] = [{"password_hash": written} for written in foreign.SELF_DESCRIBING.values()]
    ways += foreign.DIGESTS.values()
    described = [
        {"email": f"person{number}.{again}@example.org", **way}
        for again in range(OF_EACH)
        for number, way in enumerate(ways)
    ]
    described.append(
        {
            "email": "firebase@example.org",
            "password_hash": foreign.FIREBASE_HASH,
            "password_salt": foreign.FIREBASE_SALT,
            "password_scheme": "firebase",
        }
    )
    return [{"first_name": "Ada", "last_name": "Lovelace", **each} for each in described]


def settings(address: Redacted[str], secret: str = SECRET) -> dict[str, str]:
    return {
        "AUTH_ENV": "test",
        "AUTH_DATABASE_URL": address.reveal(),
        "AUTH_MASTER_SECRET": secret,
        "AUTH_BCRYPT_COST": "4",
    }


@asynccontextmanager
async def service(address: Redacted[str], secret: str = SECRET) -> AsyncGenerator[AuthCore]:
    database = Database(address)
    pepper = KeyVault(MasterSecret(Redacted(secret.encode())).derive(Purpose.PASSWORD_PEPPER), entropy=SystemEntropy())
    pool = HashingPool(HashingPolicy(deadline=timedelta(minutes=1)), first_guess=timedelta(milliseconds=1))
    hasher = BcryptHasher(pepper=pepper, cost=4, pool=pool)
    storage = postgres_ports(database, clock=SystemClock())
    ports = replace(
        memory_ports(),
        uow=storage.uow,
        candidates=storage.candidates,
        profiles=storage.profiles,
        hasher=hasher,
        hash_transfer=BcryptTransfer(pepper=pepper, cost=4, pool=pool),
    )
    try:
        yield await auth_in_memory(ports)
    finally:
        hasher.close()
        await database.close()


async def sign_in(auth: AuthCore, person: dict[str, Any]) -> None:
    password = foreign.FIREBASE_PASSWORD if person.get("password_scheme") == "firebase" else foreign.PASSWORD
    with pytest.raises(InvalidCredentials):
        await auth.login.log_in(email=person["email"], password=Redacted(f"{password}!"), origin=an_origin())
    await auth.login.log_in(email=person["email"], password=Redacted(password), origin=an_origin())


def file_of(folder: Path, everybody: list[dict[str, Any]], *, bad: str = "") -> Path:
    path = folder / "people.jsonl"
    path.write_text("\n".join([*map(json.dumps, everybody), *([bad] if bad else [])]) + "\n", encoding="utf-8")
    (folder / "firebase.json").write_text(json.dumps(foreign.FIREBASE))
    return path


async def test_everybody_signs_in_with_the_old_password_and_is_upgraded_here_and_where_they_go(
    address: Redacted[str], databases: Databases, operator: AsyncEngine, tmp_path: Path
) -> None:
    everybody = people()
    file = file_of(tmp_path, everybody, bad='{"email": "bad@example.org", "password_hash": "$2b$99$s3cr3t"}')

    imported = command(
        "users", "import", str(file), "--firebase-parameters", "firebase.json", "--report", "refused.jsonl", "--json",
        folder=tmp_path, settings=settings(address),
    )  # fmt: skip

    tally = json.loads(imported.stdout)
    assert (imported.returncode, tally["imported"], tally["refused"]) == (1, len(everybody), 1), imported.stderr
    [refused] = [json.loads(line) for line in (tmp_path / "refused.jsonl").read_text().splitlines()]
    assert refused["line"] == len(everybody) + 1
    assert "s3cr3t" not in (tmp_path / "refused.jsonl").read_text() + imported.stderr
    assert tally["by_scheme"]["firebase-scrypt"] == 1
    assert await scalar(operator, "SELECT count(*) FROM auth.audit_events WHERE kind = 'user.imported'") == len(
        everybody
    )
    stored = [row.hash for row in await rows(operator, "SELECT hash FROM auth.passwords")]
    assert {each.split("$")[1] for each in stored} == {"sealed-foreign"}

    half = everybody[::2]
    async with service(address) as auth:
        for person in half:
            await sign_in(auth, person)
    upgraded = "SELECT count(*) FROM auth.passwords WHERE hash LIKE '$sealed-bcrypt$%'"
    assert await scalar(operator, upgraded) == len(half)

    exported = command(
        "users", "export", "all.csv", "--with-password-hashes", folder=tmp_path, settings=settings(address)
    )
    assert exported.returncode == 0, exported.stderr
    elsewhere = await databases.migrated()
    there = command("users", "import", "all.csv", "--json", folder=tmp_path, settings=settings(elsewhere, OTHER_SECRET))
    assert (there.returncode, json.loads(there.stdout)["imported"]) == (0, len(everybody)), there.stderr
    async with service(elsewhere, OTHER_SECRET) as auth:
        for person in everybody:
            await sign_in(auth, person)
    engine = create_async_engine(elsewhere.reveal(), poolclass=NullPool)
    assert await scalar(engine, upgraded) == len(everybody)


async def test_killed_in_the_middle_and_started_again_it_goes_on_where_it_was(
    databases: Databases, tmp_path: Path
) -> None:
    address = await databases.migrated()
    everybody = [
        {"email": f"p{number}@example.org", "first_name": "P", "last_name": "Q", **foreign.DIGESTS["plain sha1"]}
        for number in range(1500)
    ]
    file = file_of(tmp_path, everybody)
    engine = create_async_engine(address.reveal(), poolclass=NullPool)
    count = "SELECT count(*) FROM auth.users"

    process = subprocess.Popen(
        [sys.executable, "-m", "auth_http", "users", "import", str(file)],
        cwd=tmp_path,
        env=environment(settings(address) | {"AUTH_BCRYPT_COST": "6"}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(60):
            while await scalar(engine, count) == 0:
                await asyncio.sleep(0.01)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    before = await scalar(engine, count)

    again = command("users", "import", str(file), "--json", folder=tmp_path, settings=settings(address))

    assert 0 < int(str(before)) < len(everybody)
    tally = json.loads(again.stdout)
    assert (tally["imported_before"], tally["imported"]) == (before, len(everybody) - int(str(before)))
    assert await scalar(engine, count) == len(everybody)
    assert await scalar(engine, "SELECT count(*) FROM auth.audit_events WHERE kind = 'user.imported'") == len(everybody)
