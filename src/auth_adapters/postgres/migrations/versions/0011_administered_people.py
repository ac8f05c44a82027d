"""Accounts have a version and can be deleted for the time being; a password can be one that must be changed."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

SCHEMA = "auth"


def upgrade() -> None:
    """Add what the release before need not know: it takes a deleted account for a disabled one.

    Constant defaults rewrite no table.
    """
    op.add_column(
        "users", sa.Column("version", sa.BigInteger(), nullable=False, server_default=sa.text("0")), schema=SCHEMA
    )
    op.add_column("users", sa.Column("deleted_at", sa.DateTime(timezone=True)), schema=SCHEMA)
    op.add_column("users", sa.Column("deleted_from", sa.Text()), schema=SCHEMA)
    op.add_column(
        "passwords", sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.false()), schema=SCHEMA
    )
