"""Tables whose rows wait to be sent: claimed by lease, settled by whoever holds the claim, purged once they are over.

Such a table has `id`, `state`, `created_at`, `due_at`, `attempts`, `claim`, `over_at` and `reason`. `over_at` is null
while a row waits. A claim moves `due_at` to where it runs out, so that there is one question to ask: what is due.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Executable,
    Select,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    delete,
    func,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from auth_adapters.postgres.statements import Alone
from auth_core.ids import ClaimId, MessageId
from auth_core.outbox.model import Backlog, State

ARRIVALS: Final = "auth_outbox"
"""Where a commit after which something waits is heard of."""

NOTIFY: Final = select(func.pg_notify(ARRIVALS, "", type_=Text))

MOMENT: Final = DateTime(timezone=True)
NOW: Final = bindparam("now", type_=MOMENT)
NEW_STATE: Final = bindparam("new_state", type_=Text)
_REASON: Final = bindparam("new_reason", type_=Text)
_HELD_BY: Final = bindparam("held_by", type_=Uuid)
_UNTIL: Final = bindparam("until", type_=MOMENT)
_NOTHING_BESIDES: Final[Mapping[str, ColumnElement[Any]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class QueueStatements:
    """What is asked of a table that is a queue."""

    claim: Executable
    end: Executable
    postpone: Executable
    backlog: Executable
    purge: Executable


def queue_over(
    table: Table,
    *,
    due: Select[Any],
    claimed: Iterable[ColumnElement[Any]],
    when_over: Mapping[str, ColumnElement[Any]] = _NOTHING_BESIDES,
) -> QueueStatements:
    """Return the statements of a queue.

    `due` finds and locks the ids of what is to be claimed, of which the columns `claimed` are returned; `when_over`
    says what besides changes in a row that waits no more.
    """
    columns = table.c
    waits = columns.over_at.is_(None)
    held = (columns.id == bindparam("message_id", type_=Uuid), waits, columns.claim == _HELD_BY)
    over = (
        select(columns.id)
        .where(columns.over_at < bindparam("over_before", type_=MOMENT))
        .order_by(columns.over_at)
        .limit(bindparam("rows"))
        .with_for_update(skip_locked=True)
    )
    return QueueStatements(
        claim=update(table)
        .where(is_one_of(table, due))
        .values(claim=_HELD_BY, due_at=_UNTIL, attempts=columns.attempts + 1)
        .returning(*claimed),
        end=update(table)
        .where(*held)
        .values({"state": NEW_STATE, "over_at": NOW, "reason": _REASON, "claim": null(), **when_over}),
        postpone=update(table).where(*held).values(due_at=_UNTIL, reason=_REASON, claim=null()),
        backlog=select(
            select(func.count()).where(waits).select_from(table).scalar_subquery().label("waiting"),
            select(func.min(columns.created_at)).where(waits).scalar_subquery().label("oldest"),
            select(func.count())
            .where(columns.over_at.is_not(None), columns.state == State.DEAD.value)
            .select_from(table)
            .scalar_subquery()
            .label("dead"),
        ),
        purge=delete(table).where(is_one_of(table, over)),
    )


def is_one_of(table: Table, found: Select[Any]) -> ColumnElement[bool]:
    """Return the condition that a row is among those whose ids were found, and locked, before any was changed."""
    return table.c.id == any_(func.array(found.scalar_subquery(), type_=ARRAY(Uuid)))


class PostgresQueue:
    """What waits in a table, settled by whoever holds the claim.

    Claims are made on the connection `apart`, on which nobody waits for requests.
    """

    def __init__(self, apart: Alone, statements: Alone, queue: QueueStatements) -> None:
        self._apart = apart
        self._statements = statements
        self._queue = queue

    async def end(
        self, message_id: MessageId, claim: ClaimId, state: State, *, now: datetime, reason: str | None = None
    ) -> bool:
        ended = await self._statements.write(
            self._queue.end, message_id=message_id, held_by=claim, new_state=state.value, now=now, new_reason=reason
        )
        return ended.count == 1

    async def postpone(self, message_id: MessageId, claim: ClaimId, *, until: datetime, reason: str) -> bool:
        postponed = await self._statements.write(
            self._queue.postpone, message_id=message_id, held_by=claim, until=until, new_reason=reason
        )
        return postponed.count == 1

    async def look(self) -> Backlog:
        row = (await self._statements.read(self._queue.backlog)).rows[0]
        return Backlog(waiting=row.waiting, oldest=row.oldest, dead=row.dead)
