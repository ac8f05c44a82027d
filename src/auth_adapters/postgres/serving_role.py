"""What roles may do that the service and its upkeep connect as, where another one owns the tables.

Whoever serves works with everything and owns nothing; and of the audit trail it may add events and batches and read
them, no more. It may ask for more room for them, and, where the operator says so, for what is personal to be erased of
those who were deleted. Whoever keeps the trail short may ask for old events to be removed, and does nothing else.
"""

from typing import Final

from sqlalchemy import Connection, quoted_name, text
from sqlalchemy.dialects import postgresql

from auth_adapters.postgres.audit import EVENTS
from auth_adapters.postgres.audit_sealing import BATCHES
from auth_adapters.postgres.migrations import VERSION_TABLE
from auth_adapters.postgres.schema import SCHEMA, MigrationLockRecord

_APPEND_ONLY: Final = (EVENTS.name, BATCHES.name)
_READ_ONLY: Final = (VERSION_TABLE, MigrationLockRecord.__tablename__)
_MAKE_ROOM: Final = f"{SCHEMA}.audit_make_room(text, integer), {SCHEMA}.audit_outside()"
_REMOVE_OLDEST: Final = f"{SCHEMA}.audit_removable(bigint), {SCHEMA}.audit_remove_oldest(bigint)"
_ERASE: Final = f"{SCHEMA}.audit_erase(uuid, bytea)"

_BOUND_BY_RIGHTS: Final = text(f"""
    SELECT NOT rolsuper AND NOT pg_has_role(rolname, tableowner, 'USAGE')
      FROM pg_roles, pg_tables
     WHERE rolname = :role AND schemaname = '{SCHEMA}' AND tablename = '{EVENTS.name}'
""")  # noqa: S608 - names of ours
# Rights on a stretch are not asked for by whoever goes through the whole, and would go past what holds them back there.
_STRETCHES: Final = text(
    "SELECT quote_ident(relname) FROM pg_inherits JOIN pg_class ON oid = inhrelid"
    " WHERE inhparent = 'auth.audit_events'::regclass"
)


class RoleNotBound(Exception):
    """There is no such role, or it owns the tables or may become their owner: rights would not hold it back."""

    def __init__(self) -> None:
        super().__init__(
            "This role does not exist, is a superuser, or owns the tables: nothing would keep it from changing the "
            "audit trail. Make an ordinary one with: CREATE ROLE auth_serving LOGIN PASSWORD '…'."
        )


def grant_to(connection: Connection, role: str, *, erases: bool = False) -> None:
    """Give the role what serving needs, and take away what it may have besides. Raises: RoleNotBound.

    With `erases` it may also have the trail erased of those who were deleted, which it must have recorded before.
    """
    grantee = _bound(connection, role)
    stretches = connection.scalars(_STRETCHES).all()
    for statement in (
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {grantee}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {SCHEMA} TO {grantee}",
        *(f"REVOKE UPDATE, DELETE, TRUNCATE ON {SCHEMA}.{table} FROM {grantee}" for table in _APPEND_ONLY),
        *(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {SCHEMA}.{table} FROM {grantee}" for table in _READ_ONLY),
        *(f"REVOKE ALL ON {SCHEMA}.{stretch} FROM {grantee}" for stretch in stretches),
        f"GRANT EXECUTE ON FUNCTION {_MAKE_ROOM} TO {grantee}",
        f"REVOKE ALL ON FUNCTION {_REMOVE_OLDEST} FROM {grantee}",
        f"GRANT EXECUTE ON FUNCTION {_ERASE} TO {grantee}"
        if erases
        else f"REVOKE ALL ON FUNCTION {_ERASE} FROM {grantee}",
    ):
        connection.exec_driver_sql(statement)


def grant_upkeep_to(connection: Connection, role: str) -> None:
    """Let the role have old events removed, which it must have recorded before. Raises: RoleNotBound."""
    grantee = _bound(connection, role)
    for statement in (
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {grantee}",
        f"GRANT SELECT ON {SCHEMA}.{EVENTS.name}, {SCHEMA}.{BATCHES.name}, {SCHEMA}.{VERSION_TABLE} TO {grantee}",
        f"GRANT INSERT ON {SCHEMA}.{EVENTS.name} TO {grantee}",
        f"GRANT EXECUTE ON FUNCTION {_MAKE_ROOM}, {_REMOVE_OLDEST} TO {grantee}",
    ):
        connection.exec_driver_sql(statement)


def _bound(connection: Connection, role: str) -> str:
    """Return the name of the role as it stands in a statement. Raises: RoleNotBound."""
    if connection.scalar(_BOUND_BY_RIGHTS, {"role": role}) is not True:
        raise RoleNotBound
    return postgresql.dialect().identifier_preparer.quote(quoted_name(role, quote=True))  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped
