"""The server of the database: its version, our rights, its schema, its clock."""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import text

from auth_adapters.postgres import Database, SchemaState, schema_state
from auth_http.doctor.finding import Finding
from auth_http.settings import Settings

_OLDEST: Final = 15
_ASK: Final = text(
    "SELECT current_setting('server_version_num')::integer AS version, clock_timestamp() AS now, "
    "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser"
)


async def examine_database(database: Database, settings: Settings) -> list[Finding]:
    """Ask the server, which has been reached."""
    await database.single_statements.read(_ASK)  # to connect takes a while, which is none of the clock's
    before = datetime.now(UTC)
    [answer] = (await database.single_statements.read(_ASK)).rows
    after = datetime.now(UTC)
    major = answer.version // 10_000
    return [
        Finding(
            check="database",
            ok=major >= _OLDEST,
            detail=f"PostgreSQL {major}",
            mend=None if major >= _OLDEST else f"Move to PostgreSQL {_OLDEST} or newer.",
        ),
        _rights(superuser=bool(answer.superuser), guarded=settings.env.is_guarded),
        await _migrations(database),
        _clock(answer.now - (before + (after - before) / 2), settings),
    ]


def _rights(*, superuser: bool, guarded: bool) -> Finding:
    return Finding(
        check="database user",
        ok=not (superuser and guarded),
        detail="a superuser" if superuser else "an ordinary user",
        mend="Use a role that owns the database and is no superuser." if superuser and guarded else None,
    )


async def _migrations(database: Database) -> Finding:
    state = await schema_state(database)
    details = {
        SchemaState.CURRENT: "up to date",
        SchemaState.BEHIND: "some are missing",
        SchemaState.AHEAD: "a later release has migrated this database; this one works with it, for an upgrade",
    }
    return Finding(
        check="migrations",
        ok=state is not SchemaState.BEHIND,
        detail=details[state],
        mend="auth-service migrate" if state is SchemaState.BEHIND else None,
    )


def _clock(ahead: timedelta, settings: Settings) -> Finding:
    seconds = ahead.total_seconds()
    ok = abs(seconds) <= settings.clock_skew_seconds
    return Finding(
        check="clock",
        ok=ok,
        detail=f"the database's is {seconds:+.3f} s from this machine's",
        mend=None if ok else "Let both machines set their clocks by NTP: tokens live by them.",
    )
