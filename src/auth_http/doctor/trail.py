"""Whether the audit trail has room for what comes, so that what is old can go as a whole."""

from typing import Final

from sqlalchemy import text

from auth_adapters.postgres import Database
from auth_adapters.postgres.trail_division import is_divided_or_stays_whole
from auth_http.doctor.finding import Finding

_KIND: Final = text("SELECT relkind::text FROM pg_class WHERE oid = 'auth.audit_events'::regclass")
_ROOM: Final = text(
    "SELECT count(*) AS stretches, max(auth.audit_moment(ends)) AS until,"
    " max(auth.audit_moment(ends)) > clock_timestamp() + interval '1 day' AS enough,"
    " has_function_privilege('auth.audit_make_room(text, integer)', 'EXECUTE') AS may,"
    " CASE WHEN has_function_privilege('auth.audit_outside()', 'EXECUTE') THEN auth.audit_outside() END AS outside"
    " FROM auth.audit_stretches()"
)
_MEND: Final = (
    "The service makes room every hour if it may: `auth-service migrate --serving-role …` with the role it connects "
    "as, at each upgrade."
)


async def examine_trail(database: Database) -> Finding:
    """Look at how the trail is kept; change nothing."""
    async with database.transactions.connect() as connection:
        if await connection.scalar(_KIND) != "p":
            return _whole(finished=await is_divided_or_stays_whole(connection))
        room = (await connection.execute(_ROOM)).one()
    detail = f"in {room.stretches} stretches, with room until {room.until:%Y-%m-%d}"
    if room.outside:
        detail += f"; {room.outside}{' or more' if room.outside == 1000 else ''} events of the last week lie outside"
    if not room.may:
        detail += "; this role may not make more"
    ok = room.enough and room.may and not room.outside
    return Finding(check="audit trail", ok=ok, detail=detail, mend=None if ok else _MEND)


def _whole(*, finished: bool) -> Finding:
    if finished:
        detail = "in one table, since its events have ids that say nothing of the time; old ones go one by one"
        return Finding(check="audit trail", ok=True, detail=detail)
    return Finding(
        check="audit trail",
        ok=False,
        detail="still in one table: its division was broken off",
        mend="auth-service migrate",
    )
