"""Users, passwords, roles, sessions, signing keys and the audit trail."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

SCHEMA = "auth"


def upgrade() -> None:
    """Create everything, and the roles of the system."""
    _people()
    _rights()
    _sessions()
    _keys()
    _audit()


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_canonical", sa.Text(collation="C"), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("security_version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="users_pkey"),
        sa.UniqueConstraint("email_canonical", name="users_email_canonical_key"),
        schema=SCHEMA,
        postgresql_with={"fillfactor": 90},
    )
    op.create_table(
        "passwords",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="passwords_pkey"),
        sa.ForeignKeyConstraint(["user_id"], [f"{SCHEMA}.users.id"], name="passwords_user_id_fkey", ondelete="CASCADE"),
        schema=SCHEMA,
    )


def _rights() -> None:
    roles = op.create_table(
        "roles",
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("permissions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("system", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="roles_pkey"),
        schema=SCHEMA,
    )
    op.bulk_insert(
        roles,
        [
            {"name": "admin", "description": "May do everything.", "permissions": ["*"], "system": True},
            {"name": "user", "description": "Has an account and manages it.", "permissions": [], "system": True},
        ],
    )
    op.create_table(
        "role_assignments",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(collation="C"), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_by", sa.Uuid()),
        sa.PrimaryKeyConstraint("user_id", "role", name="role_assignments_pkey"),
        sa.ForeignKeyConstraint(
            ["user_id"], [f"{SCHEMA}.users.id"], name="role_assignments_user_id_fkey", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["role"], [f"{SCHEMA}.roles.name"], name="role_assignments_role_fkey"),
        schema=SCHEMA,
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("advanced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.Text()),
        sa.Column("user_agent", sa.Text()),
        sa.Column("request_id", sa.Text()),
        sa.Column("methods", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_because", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="sessions_pkey"),
        sa.ForeignKeyConstraint(["user_id"], [f"{SCHEMA}.users.id"], name="sessions_user_id_fkey", ondelete="CASCADE"),
        schema=SCHEMA,
        postgresql_with={"fillfactor": 80},
    )
    op.create_index("sessions_user_id_idx", "sessions", ["user_id"], schema=SCHEMA)
    op.create_index("sessions_ends_at_idx", "sessions", ["ends_at"], schema=SCHEMA)


def _keys() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("public_jwk", postgresql.JSONB(), nullable=False),
        sa.Column("sealed_private_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signs_from", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name="signing_keys_pkey"),
        schema=SCHEMA,
    )


def _audit() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Uuid()),
        sa.Column("subject", sa.Uuid()),
        sa.Column("session_id", sa.Uuid()),
        sa.Column("address", sa.Text()),
        sa.Column("user_agent", sa.Text()),
        sa.Column("request_id", sa.Text()),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="audit_events_pkey"),
        schema=SCHEMA,
    )
    op.create_index("audit_events_subject_at_id_idx", "audit_events", ["subject", "at", "id"], schema=SCHEMA)
