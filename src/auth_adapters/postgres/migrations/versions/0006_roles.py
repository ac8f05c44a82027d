"""Roles inherit from each other, and change."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

SCHEMA = "auth"


def upgrade() -> None:
    """Let roles have parents and a version, and revocations a role.

    The release before knows no parents and no change of a role: it sees what a role has of its own, which is less, and
    takes the revocation of a role for that of a user who is not there.
    """
    nothing = sa.text("'{}'")
    for name in ("parents", "inherited"):
        op.add_column(
            "roles", sa.Column(name, postgresql.ARRAY(sa.Text()), nullable=False, server_default=nothing), schema=SCHEMA
        )
    op.add_column(
        "roles", sa.Column("version", sa.BigInteger(), nullable=False, server_default=sa.text("0")), schema=SCHEMA
    )
    versions = op.create_table(
        "roles_version",
        sa.Column("one", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("one", name="roles_version_pkey"),
        schema=SCHEMA,
    )
    op.bulk_insert(versions, [{"one": 1, "version": 0}])
    op.create_index("role_assignments_role_user_id_idx", "role_assignments", ["role", "user_id"], schema=SCHEMA)
    op.add_column("revocations", sa.Column("role", sa.Text(collation="C")), schema=SCHEMA)
