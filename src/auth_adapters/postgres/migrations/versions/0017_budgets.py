"""Attempts are counted: how much is left for whom."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

SCHEMA = "auth"


def upgrade() -> None:
    """Create the table. The release before knows nothing of it and needs nothing of it."""
    op.create_table(
        "budgets",
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("budget", sa.Text(), nullable=False),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period", sa.Interval(), nullable=False),
        sa.Column("emptied_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("name", name="budgets_pkey"),
        schema=SCHEMA,
    )
    op.create_index("budgets_full_at_idx", "budgets", ["full_at"], schema=SCHEMA)
