"""Everything the core stores, in PostgreSQL 15 or newer, over SQLAlchemy and asyncpg.

`Database(address)` holds the connections, `migrate(address)` brings the schema up to date, and
`postgres_ports(database, clock=clock)` gives the adapters. No extension of the server is needed.
"""

from auth_adapters.extras import needs

with needs("postgres", "sqlalchemy", "greenlet", "asyncpg", "alembic"):
    from auth_adapters.postgres.address import DatabaseAddress, InvalidDatabaseAddress
    from auth_adapters.postgres.database import Database
    from auth_adapters.postgres.deadlines import Deadlines
    from auth_adapters.postgres.migrate import SchemaAhead, migrate
    from auth_adapters.postgres.ports import PostgresPorts, postgres_ports
    from auth_adapters.postgres.schema_state import SchemaState, schema_state
    from auth_adapters.postgres.serving_role import RoleNotBound
    from auth_adapters.postgres.violations import DatabaseFault

__all__ = [
    "Database",
    "DatabaseAddress",
    "DatabaseFault",
    "Deadlines",
    "InvalidDatabaseAddress",
    "PostgresPorts",
    "RoleNotBound",
    "SchemaAhead",
    "SchemaState",
    "migrate",
    "postgres_ports",
    "schema_state",
]
