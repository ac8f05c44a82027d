"""Service clients."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

SCHEMA = "auth"


def upgrade() -> None:
    """Create the table. The release before knows nothing of it and needs nothing of it."""
    op.create_table(
        "service_clients",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("permissions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        sa.Column("secret_digest", sa.LargeBinary(), nullable=False),
        sa.Column("secret_made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_digests", postgresql.ARRAY(sa.LargeBinary()), nullable=False),
        sa.Column("replaced_untils", postgresql.ARRAY(sa.DateTime(timezone=True)), nullable=False),
        sa.PrimaryKeyConstraint("id", name="service_clients_pkey"),
        sa.UniqueConstraint("name", name="service_clients_name_key"),
        schema=SCHEMA,
    )
