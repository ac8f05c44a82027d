"""What Alembic runs for every command: revisions go over the connection and into the transaction it is given."""

from alembic import context

from auth_adapters.postgres.migrations import VERSION_TABLE
from auth_adapters.postgres.schema import SCHEMA

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    version_table_schema=SCHEMA,
)
context.run_migrations()
