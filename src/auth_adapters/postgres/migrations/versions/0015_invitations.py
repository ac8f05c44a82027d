"""People are invited, and written to in the language they read."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

SCHEMA = "auth"


def upgrade() -> None:
    """Add what the release before need not know. Whoever is invited is a disabled user to it; nobody can sign in."""
    op.add_column("users", sa.Column("locale", sa.Text()), schema=SCHEMA)
    op.add_column("users", sa.Column("invited_at", sa.DateTime(timezone=True)), schema=SCHEMA)
    op.add_column("users", sa.Column("invited_by", sa.Uuid()), schema=SCHEMA)
    op.add_column("users", sa.Column("invitation_expires_at", sa.DateTime(timezone=True)), schema=SCHEMA)
