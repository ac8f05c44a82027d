"""What all tables share: their schema, how constraints are named, and the types of columns.

Nothing but plain tables, keys and indexes: no extension, trigger, domain or enumeration type. The audit trail alone is
partitioned, and has stored functions, by which its owner lets others do what they may not do by themselves.
"""

from datetime import datetime
from typing import Any, ClassVar, Final, cast
from uuid import UUID

from sqlalchemy import DateTime, MetaData, Table, Text, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA: Final = "auth"

# Unique text compares byte by byte: an order that came with the operating system would change with its upgrades and
# leave the index wrong.
KEY_TEXT: Final = Text(collation="C")


class Record(DeclarativeBase):
    """The root of all rows. They never leave this package: rooms turn them into values of the core."""

    metadata = MetaData(
        schema=SCHEMA,
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "ix": "%(table_name)s_%(column_0_N_name)s_idx",
            "ck": "%(table_name)s_%(constraint_name)s_check",
        },
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        str: Text(),
        UUID: Uuid(),
    }


class MigrationLockRecord(Record):
    """Its one row is held by whoever migrates."""

    __tablename__ = "migration_lock"

    one: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


def table_of(record: type[Record]) -> Table:
    """Return the table behind a class of rows, for statements that are built once and hold no objects."""
    return cast("Table", record.__table__)
