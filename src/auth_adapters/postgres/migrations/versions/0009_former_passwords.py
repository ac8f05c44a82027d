"""The passwords people had before."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

SCHEMA = "auth"


def upgrade() -> None:
    """Create the table. The release before keeps no former passwords, and changes none that are kept."""
    op.create_table(
        "former_passwords",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "version", name="former_passwords_pkey"),
        sa.ForeignKeyConstraint(
            ["user_id"], [f"{SCHEMA}.users.id"], name="former_passwords_user_id_fkey", ondelete="CASCADE"
        ),
        schema=SCHEMA,
    )
