"""First answers, given again to whoever repeats a call; and whether the service was set up over HTTP."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

SCHEMA = "auth"


def upgrade() -> None:
    """Create both tables. The release before knows nothing of them and needs nothing of them."""
    op.create_table(
        "first_answers",
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="first_answers_pkey"),
        schema=SCHEMA,
    )
    op.create_index("first_answers_until_idx", "first_answers", ["until"], schema=SCHEMA)
    op.create_table(
        "set_up",
        sa.Column("one", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("one", name="set_up_pkey"),
        schema=SCHEMA,
    )
