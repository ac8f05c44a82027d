"""Programs elsewhere are told what happens: addresses, and what is on its way to them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

SCHEMA = "auth"


def upgrade() -> None:
    """Add what the release before need not know: what it records is told to nobody."""
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("types", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("secret_made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_secrets", sa.ARRAY(sa.LargeBinary()), nullable=False),
        sa.Column("replaced_untils", sa.ARRAY(sa.DateTime(timezone=True)), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        sa.Column("disabled_because", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="webhooks_pkey"),
        schema=SCHEMA,
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claim", sa.Uuid()),
        sa.Column("over_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="webhook_deliveries_pkey"),
        schema=SCHEMA,
    )
    op.create_index(
        "webhook_deliveries_webhook_id_created_at_id_idx",
        "webhook_deliveries",
        ["webhook_id", "created_at", "id"],
        schema=SCHEMA,
    )
    op.create_index(
        "webhook_deliveries_webhook_id_due_at_idx",
        "webhook_deliveries",
        ["webhook_id", "due_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("over_at IS NULL"),
    )
    op.create_index(
        "webhook_deliveries_over_at_idx",
        "webhook_deliveries",
        ["over_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("over_at IS NOT NULL"),
    )
