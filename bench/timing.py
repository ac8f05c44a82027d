"""Can whoever asks tell by the time it takes what is behind an address, a token or a session?

The service as it is shipped, a process of its own on loopback, on a PostgreSQL of its own, with the cheapest bcrypt
that still takes milliseconds: a dearer one hides more. Every two ways are asked in pairs in random order, each
account and each session once. The control is the same service with a flaw: the hash for nobody is one step
cheaper. It must be found, or the rest says nothing.
"""

import json
import sys
import tempfile
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from auth_adapters.postgres.embedded import EmbeddedPostgres
from bench.apart import apart
from bench.crowd_of_accounts import Accounts
from bench.one_connection import OneConnection
from bench.pairs import Way, in_pairs
from bench.service_process import serving

COST: Final = 6
EVEN_TIME: Final = 0.1
MASTER_SECRET: Final = "Zk3v9QmT7rXw2LpB8sYdFh5NcJg1Ku4aE6tVo0Re"
FLAWED: Final = "bench.flawed_service"

EMAIL: Final = "ada@example.org"
PASSWORD: Final = "correct horse battery staple"
_PAIRS: Final = 2_000
_QUICK: Final = 100
_WARM_UP: Final = 20
_DISABLED: Final = {"status": "disabled"}
_DELETED: Final = {"status": "disabled", "deleted_at": "2026-01-01T00:00:00Z"}
_UNPROVEN: Final = {"awaits_proof": True, "email_verified_at": None}


async def measure(*, quick: bool) -> dict[str, object]:
    """Return how far each two ways are apart, and whether the control was found."""
    pairs = _QUICK if quick else _PAIRS
    with tempfile.TemporaryDirectory() as folder:
        database = EmbeddedPostgres(Path(folder) / "postgres").start()
        try:
            database.create_database()
            settings = {
                "AUTH_ENV": "development",
                "AUTH_DATABASE_URL": database.url(),
                "AUTH_MASTER_SECRET": MASTER_SECRET,
                "AUTH_BCRYPT_COST": str(COST),
                "AUTH_REGISTRATION": "verified",
                "AUTH_MAIL": "console",
                "AUTH_DELIVERY": "false",
                "AUTH_THROTTLE": "false",  # thousands come from one place
                "AUTH_EVEN_TIME_SECONDS": str(EVEN_TIME),
            }
            found = await _compared(settings, Path(folder), pairs)
            control = await _control(settings, Path(folder), pairs)
        finally:
            database.stop()
    verdicts = {name: each["verdict"] for name, each in found.items()}
    return {
        "bcrypt_cost": COST,
        "even_time_seconds": EVEN_TIME,
        "pairs": pairs,
        "unit": "ms",
        "met": all(verdict == "even" for verdict in verdicts.values()),
        "apart": [name for name, verdict in verdicts.items() if verdict == "apart"],
        "undecided": [name for name, verdict in verdicts.items() if verdict == "undecided"],
        "control found": control["verdict"] == "apart",
        "compared": found,
        "control": control,
    }


async def _compared(settings: Mapping[str, str], folder: Path, pairs: int) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    async with _asking(settings, folder) as (connection, accounts):
        count = pairs + _WARM_UP

        async def compare(name: str, path: str, one: Iterable[object], other: Iterable[object]) -> None:
            ways = (_way(connection, path, one), _way(connection, path, other))
            print(f"  {name} …", file=sys.stderr)
            connection.statuses.clear()
            connection.renew()
            compared = apart(*await in_pairs(*ways, pairs=pairs, warm_up=_WARM_UP))
            found[name] = {**compared.as_json(), "statuses": sorted(connection.statuses)}

        def log_ins(name: str, password: str = PASSWORD) -> list[object]:
            return [{"email": f"{name}{n}@example.org", "password": password} for n in range(count)]

        def addresses(name: str) -> list[object]:
            return [{"email": f"{name}{n}@example.org"} for n in range(count)]

        def registrations(name: str) -> list[object]:
            names = {"first_name": "Ada", "last_name": "Lovelace", "password": "paper lantern under the bridge"}
            return [{"email": f"{name}{n}@example.org", **names} for n in range(count)]

        states: Mapping[str, Mapping[str, object]] = {
            "active": {}, "disabled": _DISABLED, "deleted": _DELETED, "unproven": _UNPROVEN,
        }  # fmt: skip
        for name, state in states.items():
            await accounts.copy(name, count, **state)
        wrong = log_ins("active", "wrong horse battery staple")
        await compare("log in: nobody, nobody", "/auth/login", log_ins("nobody"), log_ins("no-one"))
        await compare("log in: nobody, wrong password", "/auth/login", log_ins("nobody"), wrong)
        for name in ("disabled", "deleted", "unproven"):
            await compare(f"log in: nobody, {name}", "/auth/login", log_ins("nobody"), log_ins(name))
        for name in ("active", "disabled", "deleted"):
            asked = addresses(f"forgets-{name}")
            await compare(f"forgotten password: nobody, {name}", "/auth/password/forgot", asked, addresses(name))
        for name in ("unproven", "active"):
            asked = addresses(f"resends-{name}")
            await compare(f"mail once more: nobody, {name}", "/auth/email/resend", asked, addresses(name))
        for name in ("active", "unproven"):
            new = registrations(f"new-{name}")
            await compare(f"register: nobody, {name}", "/auth/register", new, registrations(name))
        refreshes = [
            [{"refresh_token": token} for token in tokens]
            for tokens in (accounts.sessions_nobody_had(count), await accounts.ended_sessions(count))
        ]
        await compare("refresh: no session, an ended one", "/auth/refresh", *refreshes)
        forged = [[{"refresh_token": token} for token in accounts.forged(count)] for _ in range(2)]
        await compare("refresh: forged, forged", "/auth/refresh", *forged)
        mailed = [{"token": token} for token in await accounts.reset_tokens(count)]
        unknown = [{"token": f"{n:043}"} for n in range(count)]
        await compare("prove an address: no token, one for another purpose", "/auth/email/verify", unknown, mailed)
    return found


async def _control(settings: Mapping[str, str], folder: Path, pairs: int) -> dict[str, object]:
    """Compare what a flawed service does for nobody, and for somebody whose password is wrong."""
    async with _asking(settings, folder, module=FLAWED) as (connection, _):
        ways = [
            _way(
                connection, "/auth/login", [{"email": f"{name}{n}@example.org", "password": "no"} for n in range(pairs)]
            )
            for name in ("nobody", "active")
        ]
        connection.renew()
        return apart(*await in_pairs(ways[0], ways[1], pairs=pairs - _WARM_UP, warm_up=_WARM_UP)).as_json()


@asynccontextmanager
async def _asking(
    settings: Mapping[str, str], folder: Path, *, module: str = "auth_http"
) -> AsyncGenerator[tuple[OneConnection, Accounts]]:
    """Serve while the block runs, and give a connection, and the accounts there may be."""
    async with serving(settings, folder, module=module) as address:
        url = urlsplit(address)
        connection = OneConnection(str(url.hostname), url.port or 80)
        try:
            yield connection, await _accounts(connection, settings)
        finally:
            connection.close()


async def _accounts(connection: OneConnection, settings: Mapping[str, str]) -> Accounts:
    """Return accounts as copies of one that is there now."""
    bare = Accounts(settings["AUTH_DATABASE_URL"], EMAIL, MASTER_SECRET, "")
    who = {"email": EMAIL, "password": PASSWORD, "first_name": "Ada", "last_name": "Lovelace"}
    connection.send(connection.written("/auth/register", who))
    await bare.prove()
    connection.renew()
    held: dict[str, Any] = json.loads(
        connection.send(connection.written("/auth/login", {"email": EMAIL, "password": PASSWORD}))
    )
    return Accounts(bare.url, EMAIL, MASTER_SECRET, held["refresh_token"])


def _way(connection: OneConnection, path: str, documents: Iterable[object]) -> Way:
    """Return what sends the next of these documents."""
    requests = iter([connection.written(path, document) for document in documents])

    async def send() -> None:
        connection.send(next(requests))

    return send
