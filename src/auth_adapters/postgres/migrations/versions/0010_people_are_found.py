"""People are found by their names, in whatever case."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

SCHEMA = "auth"


def upgrade() -> None:
    """Add names as they are compared; `beside_writers` fills them in and makes the indexes.

    The release before goes on writing: its rows have the default, which is no name, until the next migration.
    """
    for name in ("first_name_key", "last_name_key"):
        op.add_column(
            "users", sa.Column(name, sa.Text(collation="C"), nullable=False, server_default=""), schema=SCHEMA
        )
