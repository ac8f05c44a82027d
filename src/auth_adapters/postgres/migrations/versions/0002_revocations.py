"""Revocations, for every process to follow."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SCHEMA = "auth"


def upgrade() -> None:
    """Create the table. The release before knows nothing of it and needs nothing of it."""
    op.create_table(
        "revocations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("least_version", sa.BigInteger()),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="revocations_pkey"),
        schema=SCHEMA,
    )
    op.create_index("revocations_until_idx", "revocations", ["until"], schema=SCHEMA)
    op.create_index("revocations_written_at_idx", "revocations", ["written_at"], schema=SCHEMA)
