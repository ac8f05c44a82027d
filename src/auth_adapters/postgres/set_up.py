"""Whether the service was set up, in PostgreSQL."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from auth_adapters.postgres.schema import Record, table_of
from auth_adapters.postgres.statements import InTransaction


class SetUpRecord(Record):
    """Its one row says when the first administrator was made with the set-up secret; nothing ever removes it."""

    __tablename__ = "set_up"

    one: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]


_SET_UP: Final = table_of(SetUpRecord)
_IS_OVER: Final = select(_SET_UP.c.one)
_END: Final = insert(_SET_UP).values(one=1).on_conflict_do_nothing()


class PostgresSetUp:
    """Whether the first administrator has been made with the set-up secret."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def is_over(self) -> bool:
        return (await self._statements.run(_IS_OVER)).row is not None

    async def end(self, *, now: datetime) -> bool:
        return (await self._statements.run(_END, at=now)).count == 1
