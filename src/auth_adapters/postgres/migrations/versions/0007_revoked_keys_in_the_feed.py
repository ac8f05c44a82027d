"""Revocations of signing keys are told like those of sessions and users."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

SCHEMA = "auth"


def upgrade() -> None:
    """Let a revocation be about a key. The release before takes a row without a subject for none."""
    op.add_column("revocations", sa.Column("kid", sa.Text()), schema=SCHEMA)
    op.alter_column("revocations", "subject", nullable=True, schema=SCHEMA)
