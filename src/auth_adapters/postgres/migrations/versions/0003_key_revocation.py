"""Signing keys can be revoked."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SCHEMA = "auth"


def upgrade() -> None:
    """Let a key carry the moment of its revocation. The release before does not look at it, and goes on trusting it."""
    op.add_column("signing_keys", sa.Column("revoked_at", sa.DateTime(timezone=True)), schema=SCHEMA)
