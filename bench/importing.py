"""100,000 people with hashes of every kind come in by the command, some are killed with it, and a thousand sign in.

What is measured is the import itself, so the hashes they bring are as cheap as their schemes allow, and
AUTH_BCRYPT_COST is 4: a tenth of them are quick digests, and wrapping one costs one hash, which at the cost of 12
takes a quarter of a second of a core. The import is killed with SIGKILL once and started again.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from auth_adapters.bcrypt_hasher import BcryptHasher
from auth_adapters.hash_transfer import BcryptTransfer
from auth_adapters.hashing_pool import HashingPolicy, HashingPool
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.memory import auth_in_memory, memory_ports
from auth_adapters.postgres import Database, migrate, postgres_ports
from auth_adapters.postgres.embedded import EmbeddedPostgres
from auth_adapters.system import SystemClock, SystemEntropy
from auth_core import InvalidCredentials, Origin, Redacted
from tests.unit.passwords import foreign

SECRET = "k3Vt9qLr0ZsYw7XbN2mPfH8dJcG5uAe1RiTo6WxQ"
EVERY_HUNDREDTH_IS_BAD = 100
DIGESTS_IN_TEN = 1


async def measure(*, quick: bool) -> dict[str, object]:
    """Return how long it took, what came in, and that those asked for could sign in and were upgraded."""
    people, signing_in = (2_000, 100) if quick else (100_000, 1_000)
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres").start()
        try:
            server.create_database()
            address = Redacted(server.url())
            await migrate(address)
            return await _measured(Path(folder), address, people=people, signing_in=signing_in)
        finally:
            server.stop()


async def _measured(folder: Path, address: Redacted[str], *, people: int, signing_in: int) -> dict[str, object]:
    file = folder / "people.jsonl"
    good = _write(file, people)
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AUTH_")},
        "AUTH_ENV": "test",
        "AUTH_DATABASE_URL": address.reveal(),
        "AUTH_MASTER_SECRET": SECRET,
        "AUTH_BCRYPT_COST": "4",
    }
    look, looked = await asyncio.to_thread(_run, file, environ, "--dry-run")
    killed_after = await _killed(file, environ, address, at=people // 4)
    rest, imported = await asyncio.to_thread(_run, file, environ)
    again, recognised = await asyncio.to_thread(_run, file, environ)
    whole = (imported["imported"] + imported["imported_before"], looked["imported"], recognised["imported_before"])
    if whole != (good, good, good):
        raise RuntimeError(f"{whole} came in of {good}")
    return {
        "rows": people,
        "good_rows": good,
        "digests_wrapped_at_cost_4": sum(
            count for scheme, count in looked["by_scheme"].items() if scheme in ("md5", "sha1", "sha256", "sha512")
        ),
        "by_scheme": looked["by_scheme"],
        "by_fault": imported["by_fault"],
        "dry_run_seconds": round(look, 1),
        "killed_after_rows": killed_after,
        "seconds_for_the_rest": round(rest, 1),
        "rows_per_second": round(imported["imported"] / rest),
        "seconds_to_recognise_all": round(again, 1),
        "signed_in_and_upgraded": await _sign_in(address, people, signing_in),
    }


def _write(file: Path, people: int) -> int:
    """Write everybody, one in a hundred badly; return how many are well."""
    described: list[Mapping[str, Any]] = [{"password_hash": written} for written in foreign.SELF_DESCRIBING.values()]
    slow = [each for each in described if not str(each["password_hash"]).startswith(("{S", "md5"))]
    quick = [*foreign.DIGESTS.values(), *(each for each in described if each not in slow)]
    good = 0
    with file.open("w", encoding="utf-8") as stream:
        for number in range(people):
            kinds = quick if number % 10 < DIGESTS_IN_TEN else slow
            person = {"email": f"p{number}@example.org", "first_name": "P", "last_name": "Q"}
            person |= kinds[number // 10 % len(kinds)]
            if number % EVERY_HUNDREDTH_IS_BAD == 50:
                person["password_hash"] = "$6$unknown"
            else:
                good += 1
            stream.write(f"{json.dumps(person)}\n")
    return good


def _run(file: Path, environ: Mapping[str, str], *flags: str) -> tuple[float, dict[str, Any]]:
    started = time.perf_counter()
    ran = subprocess.run(
        [sys.executable, "-m", "auth_http", "users", "import", str(file), "--json", *flags],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode not in (0, 1):
        raise RuntimeError(ran.stderr)
    return time.perf_counter() - started, json.loads(ran.stdout)


async def _killed(file: Path, environ: Mapping[str, str], address: Redacted[str], *, at: int) -> int:
    """Start it, kill it when `at` have come in, and return how many had."""
    engine = create_async_engine(address.reveal(), poolclass=NullPool)

    async def count() -> int:
        async with engine.connect() as connection:
            return int((await connection.execute(text("SELECT count(*) FROM auth.users"))).scalar_one())

    process = subprocess.Popen(
        [sys.executable, "-m", "auth_http", "users", "import", str(file)],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while await count() < at and process.poll() is None:
        await asyncio.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return await count()


async def _sign_in(address: Redacted[str], people: int, how_many: int) -> int:
    """Let some sign in by the old password, and by no other; return how many have a hash of ours then."""
    database = Database(address)
    pepper = KeyVault(MasterSecret(Redacted(SECRET.encode())).derive(Purpose.PASSWORD_PEPPER), entropy=SystemEntropy())
    pool = HashingPool(HashingPolicy(deadline=timedelta(minutes=1)), first_guess=timedelta(milliseconds=1))
    hasher = BcryptHasher(pepper=pepper, cost=4, pool=pool)
    storage = postgres_ports(database, clock=SystemClock())
    transfer = BcryptTransfer(pepper=pepper, cost=4, pool=pool)
    ports = replace(
        memory_ports(), uow=storage.uow, candidates=storage.candidates, hasher=hasher, hash_transfer=transfer
    )
    auth = await auth_in_memory(ports)
    chosen = random.Random(1).sample([n for n in range(people) if n % EVERY_HUNDREDTH_IS_BAD != 50], how_many)
    for number in chosen:
        email = f"p{number}@example.org"
        try:
            await auth.login.log_in(email=email, password=Redacted("wrong"), origin=Origin())
        except InvalidCredentials:
            await auth.login.log_in(email=email, password=Redacted(foreign.PASSWORD), origin=Origin())
    async with storage.uow() as tx:
        upgraded = 0
        after = None
        while page := await tx.passwords.page(after=after, limit=1000):
            upgraded += sum(each.hash.reveal().startswith("$sealed-bcrypt$") for each in page)
            after = page[-1].user_id
    hasher.close()
    await database.close()
    return upgraded
