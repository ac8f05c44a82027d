"""What the role may do that the service connects as, where another one owns the tables.

It works with everything and owns nothing; and of the audit trail it may add events and batches and read them, no more.
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

_BOUND_BY_RIGHTS: Final = text(f"""
    SELECT NOT rolsuper AND NOT pg_has_role(rolname, tableowner, 'USAGE')
      FROM pg_roles, pg_tables
     WHERE rolname = :role AND schemaname = '{SCHEMA}' AND tablename = '{EVENTS.name}'
""")  # noqa: S608 - names of ours


class RoleNotBound(Exception):
    """There is no such role, or it owns the tables or may become their owner: rights would not hold it back."""

    def __init__(self) -> None:
        super().__init__(
            "This role does not exist, is a superuser, or owns the tables: nothing would keep it from changing the "
            "audit trail. Make an ordinary one with: CREATE ROLE auth_serving LOGIN PASSWORD '…'."
        )


def grant_to(connection: Connection, role: str) -> None:
    """Give the role what serving needs, and take away what it may have besides. Raises: RoleNotBound."""
    if connection.scalar(_BOUND_BY_RIGHTS, {"role": role}) is not True:
        raise RoleNotBound
    grantee = postgresql.dialect().identifier_preparer.quote(quoted_name(role, quote=True))  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped
    for statement in (
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {grantee}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {SCHEMA} TO {grantee}",
        *(f"REVOKE UPDATE, DELETE, TRUNCATE ON {SCHEMA}.{table} FROM {grantee}" for table in _APPEND_ONLY),
        *(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {SCHEMA}.{table} FROM {grantee}" for table in _READ_ONLY),
    ):
        connection.exec_driver_sql(statement)
