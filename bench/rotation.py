"""What a refresh costs PostgreSQL among a thousand and among ten million sessions, and beside pgbench.

The statement is the one a refresh runs, through the adapter, from one process with four calls under way; pgbench runs
the same text with four clients, so its rate is what the database alone would give. It differs in one place: it does not
know which link a session has reached, and compares that column with itself. Among 100,000 sessions and fewer every
page is written once before it counts, because PostgreSQL logs a page whole when it is first changed after a checkpoint;
among more, whole pages are part of what is logged. There are as many people as sessions, a million at most, and the two
reads that everything else begins with are measured among them: of oneself, and of whoever wants to log in.
"""

import asyncio
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

from auth_adapters.postgres import Database, migrate
from auth_adapters.postgres.embedded import EmbeddedPostgres
from auth_adapters.postgres.embedded.binaries import installed
from auth_adapters.postgres.prepared import prepared
from auth_adapters.postgres.sessions import ADVANCE
from auth_core.redacted import Redacted
from bench.storage_calls import BeforeLogIn, ReadingOneself, Rotating

_SIZES: Final = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
_CLIENTS: Final = 4
_AT_A_TIME: Final = 250_000
_ID: Final = "('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
_MOST_PEOPLE: Final = 1_000_000
_MOST_PAGES_WRITTEN_BEFORE: Final = 100_000
_PEOPLE: Final = f"""INSERT INTO auth.users (id, email, email_canonical, first_name, last_name, first_name_key,
    last_name_key, status, security_version, created_at, updated_at)
    SELECT {_ID}, n || '@example.org', n || '@example.org', '', '', '', '', 'active', 0, now(), now()
    FROM generate_series($1::bigint, $2::bigint) n"""
_ROLES: Final = "INSERT INTO auth.role_assignments SELECT id, 'user', now() FROM auth.users"
_SESSIONS: Final = f"""INSERT INTO auth.sessions (id, user_id, generation, created_at, advanced_at, idle_ends_at,
    ends_at, address, user_agent, device, methods)
    SELECT {_ID}, ('00000000-0000-7000-8000-' || lpad(to_hex(1 + n % $3::bigint), 12, '0'))::uuid, 0, now(), now(),
    now() + interval '7 d', now() + interval '30 d', '203.0.113.7', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
    'Firefox on Linux', ARRAY['pwd'] FROM generate_series($1::bigint, $2::bigint) n"""
_COUNTED: Final = """SELECT n_tup_upd::bigint, n_tup_hot_upd::bigint FROM pg_stat_user_tables
    WHERE relid = 'auth.sessions'::regclass"""


@dataclass(slots=True)
class Found:
    """What was found among a number of sessions."""

    ours: list[float]
    pgbench: list[float]
    hot: float
    wal: float
    me: list[float]
    log_in: list[float]


async def measure(*, quick: bool) -> dict[str, object]:
    """Return rotations a second, and what each leaves in the write-ahead log, by the number of sessions."""
    sizes, rounds, seconds = (_SIZES[:2], 2, 1) if quick else (_SIZES, 5, 3)
    found: dict[int, Found] = {}
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres").start()
        try:
            for size in sizes:
                print(f"  {size:,} sessions", file=sys.stderr)
                name = f"sessions_{size}"
                server.create_database(name)
                found[size] = await _among(size, server.url(name), Path(folder), rounds=rounds, seconds=seconds)
        finally:
            server.stop()
    first, last = sizes[0], sizes[-1]
    return {
        "unit": "rotations a second, medians of rounds with lowest and highest; bytes of write-ahead log a rotation",
        "clients": _CLIENTS,
        "found": {
            f"{size:,} sessions": {
                "a second": _spread(each.ours),
                "pgbench, a second": _spread(each.pgbench),
                "to pgbench": round(statistics.median(each.ours) / statistics.median(each.pgbench), 2),
                "HOT, with those of pgbench": round(each.hot, 4),
                "WAL": round(each.wal),
                "reads of oneself, a second": _spread(each.me),
                "reads before a log-in, a second": _spread(each.log_in),
            }
            for size, each in found.items()
        },
        f"rate among {last:,} / among {first:,}": {
            "ours": round(statistics.median(found[last].ours) / statistics.median(found[first].ours), 2),
            "reads of oneself": round(statistics.median(found[last].me) / statistics.median(found[first].me), 2),
            "reads before a log-in": round(
                statistics.median(found[last].log_in) / statistics.median(found[first].log_in), 2
            ),
            "pgbench": round(statistics.median(found[last].pgbench) / statistics.median(found[first].pgbench), 2),
        },
    }


async def _among(size: int, url: str, folder: Path, *, rounds: int, seconds: float) -> Found:
    address = Redacted(url)
    await migrate(address)
    operator = await asyncpg.connect(url.replace("+asyncpg", ""))
    people = min(size, _MOST_PEOPLE)
    for begin in range(1, people + 1, _AT_A_TIME):
        await operator.execute(_PEOPLE, begin, min(people, begin + _AT_A_TIME - 1))
    await operator.execute(_ROLES)
    for begin in range(1, size + 1, _AT_A_TIME):
        await operator.execute(_SESSIONS, begin, min(size, begin + _AT_A_TIME - 1), people)
    if size <= _MOST_PAGES_WRITTEN_BEFORE:
        await operator.execute("VACUUM (ANALYZE) auth.sessions")
        await operator.execute("UPDATE auth.sessions SET advanced_at = advanced_at")
    await operator.execute("VACUUM (ANALYZE) auth.sessions, auth.users, auth.role_assignments")
    await operator.execute("SELECT pg_stat_force_next_flush()")
    before = await operator.fetchrow(_COUNTED) or (0, 0)
    script = folder / "advance.sql"
    script.write_text(_script(size))
    database = Database(address)
    rotate = Rotating(database, size, clients=_CLIENTS)
    me, log_in = ReadingOneself(database, people, clients=_CLIENTS), BeforeLogIn(database, people, clients=_CLIENTS)
    for each in (rotate, me, log_in):
        await each.for_seconds(0.5)
    ours: list[float] = []
    reads: list[float] = []
    log_ins: list[float] = []
    pgbench: list[float] = []
    rotated = wal = 0
    for _ in range(rounds):
        at = await operator.fetchval("SELECT pg_current_wal_insert_lsn()")
        number, taken = await rotate.for_seconds(seconds)
        wal += int(await operator.fetchval("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1::pg_lsn)", at))
        ours.append(number / taken)
        rotated += number
        pgbench.append(_pgbench(url, script, seconds))
        reads.append(await me.rate(seconds))
        log_ins.append(await log_in.rate(seconds))
    await database.close()  # so that the server writes down what it has counted
    await asyncio.sleep(0.5)
    updated, hot = await operator.fetchrow(_COUNTED) or (0, 0)
    await operator.close()
    return Found(
        ours=ours,
        pgbench=pgbench,
        hot=(hot - before[1]) / (updated - before[0]),
        wal=wal / rotated,
        me=reads,
        log_in=log_ins,
    )


# ---- pgbench


def _script(size: int) -> str:
    """Return what each of its clients runs: the statement of a refresh, for one of the sessions with odd numbers."""
    asked = prepared(ADVANCE)
    values = {
        "session_id": f"({_ID.replace('(n)', '(:n::bigint)')})",
        "presented": "generation",
        "now": "now()",
        "new_idle_end": "(now() + interval '7 d')",
    }
    sql = asked.text
    for number, (name, fixed, _) in reversed(list(enumerate(asked.parameters, 1))):
        written = values[name] if name in values else f"'{fixed}'" if isinstance(fixed, str) else str(fixed)
        sql = re.sub(rf"\${number}\b", lambda _, written=written: written, sql)
    return f"\\set n 2 * random(1, {size // 2}) - 1\n{' '.join(sql.split())};\n"


def _pgbench(url: str, script: Path, seconds: float) -> float:
    """Return how many a second it does, the time to connect left out."""
    tools = next(each.folder for each in installed() if (each.folder / "pgbench").exists())
    found = subprocess.run(
        [
            *(tools / "pgbench", "--no-vacuum", "--protocol=prepared", f"--client={_CLIENTS}", "--jobs=1"),
            *(f"--time={max(1, round(seconds))}", f"--file={script}", url.replace("+asyncpg", "")),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(re.search(r"tps = ([\d.]+)", found.stdout)[1])  # type: ignore[index]  # it always says so


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values)), "lowest": round(min(values)), "highest": round(max(values))}
