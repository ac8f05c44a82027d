"""First answers in PostgreSQL."""

from datetime import datetime
from typing import Final

from sqlalchemy import DateTime, LargeBinary, any_, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Mapped, mapped_column

from auth_adapters.postgres.schema import Record, table_of
from auth_adapters.postgres.statements import Alone, InTransaction
from auth_core.idempotency.model import AnswerName
from auth_core.idempotency.ports import SealedAnswer


class AnswerRecord(Record):
    """What a call was answered that may be repeated until then. It is empty for as long as its effect is under way."""

    __tablename__ = "first_answers"

    name: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    until: Mapped[datetime] = mapped_column(index=True)


_ANSWERS: Final = table_of(AnswerRecord)
_IS_MEANT: Final = _ANSWERS.c.name == bindparam("answer_name")
_NOW: Final = bindparam("now", type_=DateTime(timezone=True))

_FIND: Final = select(_ANSWERS.c.sealed).where(_IS_MEANT, _ANSWERS.c.until > _NOW)
_INSERT: Final = insert(_ANSWERS)
# Whoever comes second waits here for the first; and even where nothing is updated the row is locked, so that nobody
# purges it before it is read.
CLAIM: Final = _INSERT.on_conflict_do_update(
    index_elements=[_ANSWERS.c.name],
    set_={"sealed": _INSERT.excluded.sealed, "until": _INSERT.excluded.until},
    where=_ANSWERS.c.until <= _NOW,
).returning(_ANSWERS.c.name)
_KEEP: Final = update(_ANSWERS).where(_IS_MEANT).values(sealed=bindparam("answer"))
_FORGET: Final = delete(_ANSWERS).where(_IS_MEANT)
_OVER: Final = (
    select(_ANSWERS.c.name)
    .where(_ANSWERS.c.until < bindparam("over_before"))
    .order_by(_ANSWERS.c.until)
    .limit(bindparam("rows"))
    .with_for_update(skip_locked=True)
)
_PURGE: Final = delete(_ANSWERS).where(
    _ANSWERS.c.name == any_(func.array(_OVER.scalar_subquery(), type_=ARRAY(LargeBinary)))
)


class PostgresAnswers:
    """What calls were answered that may be repeated."""

    def __init__(self, statements: InTransaction) -> None:
        self._statements = statements

    async def find(self, name: AnswerName, *, now: datetime) -> SealedAnswer | None:
        found = await self._statements.run(_FIND, answer_name=name, now=now)
        return None if found.row is None else SealedAnswer(found.row.sealed)

    async def claim(self, name: AnswerName, *, now: datetime, until: datetime) -> SealedAnswer | None:
        claimed = await self._statements.run(CLAIM, name=name, sealed=b"", until=until, now=now)
        if claimed.row is not None:
            return None
        # In a statement of its own: it sees what whoever held the name before has left.
        return await self.find(name, now=now)

    async def keep(self, name: AnswerName, answer: SealedAnswer) -> None:
        await self._statements.run(_KEEP, answer_name=name, answer=answer)

    async def forget(self, name: AnswerName) -> None:
        await self._statements.run(_FORGET, answer_name=name)


class PostgresOldAnswers:
    """Answers nobody is given any more: rows somebody holds are left for another time."""

    def __init__(self, statements: Alone) -> None:
        self._statements = statements

    async def purge(self, *, over_before: datetime, limit: int) -> int:
        return (await self._statements.write(_PURGE, over_before=over_before, rows=limit)).count
