"""Sessions know what they were opened on, and in which network."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

SCHEMA = "auth"


def upgrade() -> None:
    """Add what the release before leaves empty; a session without it is on no known device."""
    op.add_column("sessions", sa.Column("device", sa.Text()), schema=SCHEMA)
    op.add_column("sessions", sa.Column("network", sa.Text()), schema=SCHEMA)
