"""What people are told is written with its cause, and delivered afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

SCHEMA = "auth"


def upgrade() -> None:
    """Add the outbox, of which the release before knows nothing."""
    op.create_table(
        "outbox_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text()),
        sa.Column("payload", sa.LargeBinary()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim", sa.Uuid()),
        sa.Column("over_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="outbox_messages_pkey"),
        schema=SCHEMA,
    )
    op.create_index(
        "outbox_messages_due_at_idx",
        "outbox_messages",
        ["due_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("over_at IS NULL"),
    )
    op.create_index(
        "outbox_messages_over_at_idx",
        "outbox_messages",
        ["over_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("over_at IS NOT NULL"),
    )
