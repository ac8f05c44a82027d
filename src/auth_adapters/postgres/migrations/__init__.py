"""The history of the schema, revision by revision, for Alembic.

A revision that has been released never changes. The next one is a file in `versions/` that names its predecessor, and a
line in `REVISIONS`. What would hold up those who write meanwhile is a line in `beside_writers.py` instead: indexes on
tables that are large. It must leave a schema with which the release before still works, since both serve for a while
during an upgrade; a test compares the outcome with the classes of rows.
"""

from typing import Final

REVISIONS: Final = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
)
"""Every revision, the oldest first. Kept here so that a running service need not read the history to know its end."""

VERSION_TABLE: Final = "alembic_version"
