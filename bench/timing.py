"""Can whoever asks tell by the time it takes what is behind an address, a token or a session?

The service as it is shipped, a process of its own on loopback, on a PostgreSQL of its own, with the cheapest bcrypt
that still takes milliseconds: a dearer one hides more. It has a core to itself, or it would be moved about, which takes
longer every other time. Every two ways are asked in pairs in random order, as many as
were decided before anything was measured. Where asking changes something each account, session and token is asked about
once. The control is the same service with a flaw: the hash for nobody is one step cheaper, and no stroke hides it. It
must be found, or the rest says nothing.
"""

import json
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from auth_adapters.postgres.embedded import EmbeddedPostgres
from bench.apart import apart
from bench.crowd_of_accounts import Accounts, half_right
from bench.machine import two_cores
from bench.one_connection import OneConnection
from bench.pairs import Way, in_pairs
from bench.service_process import serving

COST: Final = 6
EVEN_TIME: Final = 0.03
"""Seconds: less than the 0.1 of the service as it is shipped, so that the run ends. A shorter stroke hides less."""
MASTER_SECRET: Final = "Zk3v9QmT7rXw2LpB8sYdFh5NcJg1Ku4aE6tVo0Re"
FLAWED: Final = "bench.flawed_service"
_HERE: Final = Path(__file__).parents[1]

EMAIL: Final = "ada@example.org"
PASSWORD: Final = "correct horse battery staple"
_PAIRS: Final = 2_000
_QUICK: Final = 100
_WARM_UP: Final = 20
_DISABLED: Final = {"status": "disabled"}
_DELETED: Final = {"status": "disabled", "deleted_at": "2026-01-01T00:00:00Z"}
_UNPROVEN: Final = {"awaits_proof": True, "email_verified_at": None}
_LOG_IN: Final = "/auth/login"
_REFRESH: Final = "/auth/refresh"
_VERIFY: Final = "/auth/verify"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two ways to ask, which must look alike, unless we say what it is that one may know by the time.

    `strokes` says whether the answer waits for one.
    """

    name: str
    path: str
    one: Sequence[object]
    other: Sequence[object]
    strokes: bool = False
    may_tell: str | None = None

    @property
    def guess(self) -> float:
        """Return how long a question may take, in seconds; what is measured mends it."""
        return EVEN_TIME + 0.005 if self.strokes else 0.008


async def measure(*, quick: bool) -> dict[str, object]:
    """Return how far each two ways are apart, and whether the control was found."""
    pairs, began = _QUICK if quick else _PAIRS, time.monotonic()
    with tempfile.TemporaryDirectory() as folder, two_cores() as core:
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
            found = await _compared(settings, Path(folder), pairs, core)
            control = await _control(settings, Path(folder), pairs, core)
        finally:
            database.stop()
    verdicts = {name: each["verdict"] for name, each in found.items() if "may_tell" not in each}
    return {
        "bcrypt_cost": COST,
        "even_time_seconds": EVEN_TIME,
        "pairs": pairs,
        "seconds": round(time.monotonic() - began),
        "unit": "ms",
        "met": control["verdict"] == "apart" and all(verdict == "even" for verdict in verdicts.values()),
        "apart": [name for name, verdict in verdicts.items() if verdict == "apart"],
        "undecided": [name for name, verdict in verdicts.items() if verdict == "undecided"],
        "control found": control["verdict"] == "apart",
        "compared": found,
        "control": control,
    }


async def _compared(
    settings: Mapping[str, str], folder: Path, pairs: int, core: int | None
) -> dict[str, dict[str, object]]:
    async with _asking(settings, folder, core=core) as (connection, accounts):
        comparisons = await _comparisons(connection, accounts, pairs + _WARM_UP)
        found: dict[str, dict[str, object]] = {}
        began, guessed = time.monotonic(), sum(each.guess for each in comparisons)
        for number, each in enumerate(comparisons):
            done = sum(before.guess for before in comparisons[:number])
            taken = time.monotonic() - began
            left = (guessed - done) * (taken / done if done else 2 * (pairs + _WARM_UP))
            print(f"  {number + 1}/{len(comparisons)} {each.name} … {left / 60:.0f} min left", file=sys.stderr)
            found[each.name] = await _compare(connection, each, pairs)
            print(f"      {found[each.name]}", file=sys.stderr)
    return found


async def _compare(connection: OneConnection, asked: Comparison, pairs: int) -> dict[str, object]:
    """Compare the two ways. Raises: RuntimeError when they are told apart by the status already."""
    ways = [_way(connection, asked.path, documents) for documents in (asked.one, asked.other)]
    connection.statuses.clear()
    connection.renew()
    one, other = await in_pairs(ways[0], ways[1], pairs=pairs, warm_up=_WARM_UP)
    if len(connection.statuses) != 1:
        raise RuntimeError(f"{asked.name}: {sorted(connection.statuses)}")
    found = {**apart(one, other).as_json(), "status": connection.statuses.pop()}
    if asked.may_tell is not None:
        found["may_tell"] = asked.may_tell
    if asked.strokes:
        # Work that takes longer than a stroke ends at the next, and how often it does might tell.
        found["at_a_later_stroke"] = [sum(each > 1.9 * EVEN_TIME for each in times) for times in (one, other)]
    return found


async def _comparisons(connection: OneConnection, accounts: Accounts, count: int) -> list[Comparison]:
    """Return what is compared, each with `count` questions to ask either way."""

    def log_ins(name: str, password: str = PASSWORD) -> list[object]:
        return [{"email": f"{name}{n}@example.org", "password": password} for n in range(count)]

    def addresses(name: str) -> list[object]:
        return [{"email": f"{name}{n}@example.org"} for n in range(count)]

    def registrations(name: str) -> list[object]:
        names = {"first_name": "Ada", "last_name": "Lovelace", "password": "paper lantern under the bridge"}
        return [{"email": f"{name}{n}@example.org", **names} for n in range(count)]

    def mails(question: str, path: str, asked: str, states: Iterable[str]) -> Iterable[Comparison]:
        for name in states:
            nobody = addresses(f"{asked}-{name}")
            yield Comparison(
                name=f"{question}: nobody, {name}", path=path, one=nobody, other=addresses(name), strokes=True
            )

    states: Mapping[str, Mapping[str, object]] = {
        "active": {}, "disabled": _DISABLED, "deleted": _DELETED, "unproven": _UNPROVEN,
    }  # fmt: skip
    for name, state in states.items():
        await accounts.copy(name, count, **state)
    nobody, wrong = log_ins("nobody"), log_ins("active", "wrong horse battery staple")
    held = accounts.sessions_nobody_had(count)
    ended = await accounts.sessions(count, ended=True)
    standing = await accounts.sessions(count)
    signed_out, stolen = _ended(connection, "active0@example.org"), _stolen(connection, "active1@example.org")
    mailed = await accounts.reset_tokens(count)
    return [
        Comparison(name="log in: nobody, nobody", path=_LOG_IN, one=nobody, other=log_ins("no-one")),
        Comparison(name="log in: nobody, wrong password", path=_LOG_IN, one=nobody, other=wrong),
        *(
            Comparison(name=f"log in: nobody, {name}", path=_LOG_IN, one=nobody, other=log_ins(name))
            for name in ("disabled", "deleted", "unproven")
        ),
        *mails("forgotten password", "/auth/password/forgot", "forgets", ("active", "disabled", "deleted")),
        *mails("mail once more", "/auth/email/resend", "resends", ("unproven", "active")),
        *(
            Comparison(
                name=f"register: nobody, {name}",
                path="/auth/register",
                one=registrations(f"new-{name}"),
                other=registrations(name),
                strokes=True,
            )
            for name in ("active", "unproven")
        ),
        Comparison(
            name="refresh: forged, for no session and for one that is there",
            path=_REFRESH,
            one=_as("refresh_token", [half_right(each, 0) for each in held]),
            other=_as("refresh_token", [half_right(each, 0) for each in standing]),
        ),
        Comparison(
            name="refresh: forged, half of the signature right",
            path=_REFRESH,
            one=_as("refresh_token", [half_right(each, 0) for each in held]),
            other=_as("refresh_token", [half_right(each, 16) for each in held]),
        ),
        Comparison(
            name="refresh: rightly signed, for no session and for an ended one",
            path=_REFRESH,
            one=_as("refresh_token", held),
            other=_as("refresh_token", ended),
            may_tell="whoever holds a token we have signed: whether its session has ended or is not there any more",
        ),
        Comparison(
            name="verify: forged, half of the signature right",
            path=_VERIFY,
            one=_as("token", [half_right(accounts.access_token, 0) for _ in range(count)]),
            other=_as("token", [half_right(accounts.access_token, 32) for _ in range(count)]),
        ),
        Comparison(
            name="verify: of a session that was signed out, of a stolen one",
            path=_VERIFY,
            one=_as("token", [signed_out] * count),
            other=_as("token", [stolen] * count),
        ),
        Comparison(
            name="prove an address: no token, one for another purpose",
            path="/auth/email/verify",
            one=[{"token": f"{n:043}"} for n in range(count)],
            other=_as("token", mailed),
        ),
    ]  # fmt: skip


def _as(name: str, tokens: Iterable[str]) -> list[object]:
    return [{name: token} for token in tokens]


def _ended(connection: OneConnection, email: str) -> str:
    """Return the access token of somebody who has signed out."""
    held = _asked(connection, _LOG_IN, {"email": email, "password": PASSWORD})
    token = str(held["access_token"])
    connection.send(connection.written("/auth/logout", {}, token=token))
    return token


def _stolen(connection: OneConnection, email: str) -> str:
    """Return the access token of a session that was ended because an old refresh token of it came back."""
    first = latest = _asked(connection, _LOG_IN, {"email": email, "password": PASSWORD})
    for _ in range(2):
        latest = _asked(connection, _REFRESH, {"refresh_token": latest["refresh_token"]})
    connection.send(connection.written(_REFRESH, {"refresh_token": first["refresh_token"]}))
    return str(latest["access_token"])


def _asked(connection: OneConnection, path: str, document: object) -> dict[str, Any]:
    connection.renew()
    answer: dict[str, Any] = json.loads(connection.send(connection.written(path, document)))
    return answer


async def _control(settings: Mapping[str, str], folder: Path, pairs: int, core: int | None) -> dict[str, object]:
    """Compare what a flawed service does for nobody, and for somebody whose password is wrong."""
    print("  the control …", file=sys.stderr)
    async with _asking({**settings, "PYTHONPATH": str(_HERE)}, folder, core=core, module=FLAWED) as (connection, _):
        nobody, active = (
            [{"email": f"{name}{n}@example.org", "password": "no"} for n in range(pairs + _WARM_UP)]
            for name in ("nobody", "active")
        )
        asked = Comparison(name="log in: nobody, wrong password", path=_LOG_IN, one=nobody, other=active)
        return await _compare(connection, asked, pairs)


@asynccontextmanager
async def _asking(
    settings: Mapping[str, str], folder: Path, *, core: int | None, module: str = "auth_http"
) -> AsyncGenerator[tuple[OneConnection, Accounts]]:
    """Serve while the block runs, and give a connection, and the accounts there may be."""
    async with serving(settings, folder, module=module, core=core) as address:
        url = urlsplit(address)
        connection = OneConnection(str(url.hostname), url.port or 80)
        try:
            yield connection, await _accounts(connection, settings)
        finally:
            connection.close()


async def _accounts(connection: OneConnection, settings: Mapping[str, str]) -> Accounts:
    """Return accounts as copies of one that is there now."""
    bare = Accounts(settings["AUTH_DATABASE_URL"], EMAIL, MASTER_SECRET)
    who = {"email": EMAIL, "password": PASSWORD, "first_name": "Ada", "last_name": "Lovelace"}
    connection.send(connection.written("/auth/register", who))
    await bare.prove()
    held = _asked(connection, _LOG_IN, {"email": EMAIL, "password": PASSWORD})
    return Accounts(bare.url, EMAIL, MASTER_SECRET, held["refresh_token"], held["access_token"])


def _way(connection: OneConnection, path: str, documents: Iterable[object]) -> Way:
    """Return what sends the next of these documents."""
    requests = iter([connection.written(path, document) for document in documents])

    async def send() -> None:
        connection.send(next(requests))

    return send
