"""The audit trail is sealed in batches, listed by filters, and what is personal in it can be erased."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

SCHEMA = "auth"


def upgrade() -> None:
    """Add what sealing needs.

    The release before goes on recording: the server fills in what it does not know of.
    """
    _events()
    _batches()


def _events() -> None:
    op.add_column("audit_events", sa.Column("recorded_at", sa.DateTime(timezone=True)), schema=SCHEMA)
    op.add_column("audit_events", sa.Column("salt", sa.Uuid()), schema=SCHEMA)
    op.add_column("audit_events", sa.Column("personal_digest", sa.LargeBinary()), schema=SCHEMA)
    op.execute(f"UPDATE {SCHEMA}.audit_events SET recorded_at = at, salt = gen_random_uuid()")  # noqa: S608 - ours
    op.alter_column(
        "audit_events",
        "recorded_at",
        nullable=False,
        server_default=sa.text("clock_timestamp()"),
        schema=SCHEMA,
    )
    op.alter_column("audit_events", "salt", server_default=sa.text("gen_random_uuid()"), schema=SCHEMA)
    for name, columns in (
        ("audit_events_recorded_at_id_idx", ["recorded_at", "id"]),
        ("audit_events_at_id_idx", ["at", "id"]),
        ("audit_events_actor_at_id_idx", ["actor", "at", "id"]),
        ("audit_events_kind_at_id_idx", ["kind", "at", "id"]),
        ("audit_events_outcome_at_id_idx", ["outcome", "at", "id"]),
    ):
        op.create_index(name, "audit_events", columns, schema=SCHEMA)


def _batches() -> None:
    op.create_table(
        "audit_batches",
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("seen_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("event_ids", postgresql.ARRAY(sa.Uuid())),
        sa.Column("entries", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("number", name="audit_batches_pkey"),
        schema=SCHEMA,
    )
    op.create_index("audit_batches_seen_until_number_idx", "audit_batches", ["seen_until", "number"], schema=SCHEMA)
    op.create_index(
        "audit_batches_number_idx",
        "audit_batches",
        ["number"],
        schema=SCHEMA,
        postgresql_where=sa.text("event_ids IS NOT NULL"),
    )
