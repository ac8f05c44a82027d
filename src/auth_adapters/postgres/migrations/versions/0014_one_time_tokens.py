"""Addresses are proven, forgotten passwords chosen anew, and addresses changed, by tokens that are sent."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

SCHEMA = "auth"
_UNDOES = "purpose = 'undo_email_change'"


def upgrade() -> None:
    """Add what the release before need not know. No address that is there counts as proven, and nobody has to."""
    op.add_column("users", sa.Column("email_verified_at", sa.DateTime(timezone=True)), schema=SCHEMA)
    op.add_column(
        "users", sa.Column("awaits_proof", sa.Boolean(), nullable=False, server_default=sa.false()), schema=SCHEMA
    )
    _create_tokens()
    op.create_table(
        "mail_allowances",
        sa.Column("email", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("email", "kind", name="mail_allowances_pkey"),
        schema=SCHEMA,
    )
    op.create_index("mail_allowances_ends_at_idx", "mail_allowances", ["ends_at"], schema=SCHEMA)


def _create_tokens() -> None:
    op.create_table(
        "one_time_tokens",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("account_email", sa.Text(), nullable=False),
        sa.Column("password_version", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_canonical", sa.Text(collation="C"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="one_time_tokens_pkey"),
        sa.ForeignKeyConstraint(
            ["user_id"], [f"{SCHEMA}.users.id"], name="one_time_tokens_user_id_fkey", ondelete="CASCADE"
        ),
        schema=SCHEMA,
    )
    op.create_index(
        "one_time_tokens_user_id_purpose_key",
        "one_time_tokens",
        ["user_id", "purpose"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text(_UNDOES.replace("=", "<>")),
    )
    op.create_index("one_time_tokens_user_id_idx", "one_time_tokens", ["user_id"], schema=SCHEMA)
    op.create_index(
        "one_time_tokens_address_canonical_idx",
        "one_time_tokens",
        ["address_canonical"],
        schema=SCHEMA,
        postgresql_where=sa.text(_UNDOES),
    )
    op.create_index("one_time_tokens_expires_at_idx", "one_time_tokens", ["expires_at"], schema=SCHEMA)
