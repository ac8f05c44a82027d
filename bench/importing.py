"""100,000 people with hashes of every kind come in by the command, killed once, and all sign in by their old password.

What is measured is the import itself, so the hashes they bring are as cheap as their schemes allow, and
AUTH_BCRYPT_COST is 4: a tenth of them are quick digests, and wrapping one costs one hash, which at the cost of 12
takes a quarter of a second of a core. The import is killed with SIGKILL once and started again. Then everybody signs in
once, a thousand of them after a wrong password; it fails unless each is found with a hash made by that log-in.
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
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from auth_adapters.postgres import migrate
from auth_adapters.postgres.embedded import EmbeddedPostgres
from auth_core import Redacted
from bench.old_passwords import Person, Place, email_of, let_in
from tests.unit.passwords import foreign

SECRET = "k3Vt9qLr0ZsYw7XbN2mPfH8dJcG5uAe1RiTo6WxQ"
EVERY_HUNDREDTH_IS_BAD = 100
DIGESTS_IN_TEN = 1
ONE_IN_SO_MANY_IS_FROM_FIREBASE = 50
_FIREBASE = {
    "password_hash": foreign.FIREBASE_HASH,
    "password_salt": foreign.FIREBASE_SALT,
    "password_scheme": "firebase",
}


async def measure(*, quick: bool) -> dict[str, object]:
    """Return how long it took, what came in, and that everybody who did could sign in and was upgraded."""
    people, wary, processes = (2_000, 100, 1) if quick else (100_000, 1_000, 2)
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres").start()
        try:
            server.create_database()
            address = Redacted(server.url())
            await migrate(address)
            found = await _measured(Path(folder), address, people=people)
            place = Place(address=address.reveal(), secret=SECRET)
            everybody = _everybody(people, wary=wary)
            return found | await asyncio.to_thread(let_in, place, everybody, processes=processes)
        finally:
            server.stop()


async def _measured(folder: Path, address: Redacted[str], *, people: int) -> dict[str, object]:
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
    }


def _is_bad(number: int) -> bool:
    return number % EVERY_HUNDREDTH_IS_BAD == 50


def _is_from_firebase(number: int) -> bool:
    return number % ONE_IN_SO_MANY_IS_FROM_FIREBASE == 7


def _everybody(people: int, *, wary: int) -> list[Person]:
    """Return whoever is in the file, and choose who tries a wrong password first."""
    good = [number for number in range(people) if not _is_bad(number)]
    chosen = frozenset(random.Random(1).sample(good, wary))
    return [
        Person(
            number=each,
            is_good=not _is_bad(each),
            is_wary=each in chosen,
            password=foreign.FIREBASE_PASSWORD if _is_from_firebase(each) else foreign.PASSWORD,
        )
        for each in range(people)
    ]


def _write(file: Path, people: int) -> int:
    """Write everybody, one in a hundred badly; return how many are well."""
    described: list[Mapping[str, Any]] = [{"password_hash": written} for written in foreign.SELF_DESCRIBING.values()]
    slow = [each for each in described if not str(each["password_hash"]).startswith(("{S", "md5"))]
    quick = [*foreign.DIGESTS.values(), *(each for each in described if each not in slow)]
    good = 0
    with file.open("w", encoding="utf-8") as stream:
        for number in range(people):
            kinds = quick if number % 10 < DIGESTS_IN_TEN else slow
            person = {"email": email_of(number), "first_name": "P", "last_name": "Q"}
            person |= _FIREBASE if _is_from_firebase(number) else kinds[number // 10 % len(kinds)]
            if _is_bad(number):
                person["password_hash"] = "$6$unknown"
            else:
                good += 1
            stream.write(f"{json.dumps(person)}\n")
    return good


def _importing(file: Path) -> list[str]:
    parameters = file.with_name("firebase.json")
    parameters.write_text(json.dumps(foreign.FIREBASE), encoding="utf-8")
    command = [sys.executable, "-m", "auth_http", "users", "import", str(file)]
    return [*command, "--firebase-parameters", str(parameters)]


def _run(file: Path, environ: Mapping[str, str], *flags: str) -> tuple[float, dict[str, Any]]:
    started = time.perf_counter()
    ran = subprocess.run(
        [*_importing(file), "--json", *flags],
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
        _importing(file),
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while await count() < at and process.poll() is None:
        await asyncio.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return await count()
