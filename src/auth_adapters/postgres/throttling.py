"""Budgets in PostgreSQL: every verb is one statement, by the clock of the server.

`auth_core.throttling.bucket` says what the arithmetic means; here it is in SQL, so that a row is judged under its own
lock. `taken_at` and `period` are in the row because an INSERT that meets a row can speak of columns only.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ARRAY, Boolean, DateTime, Interval, LargeBinary, Text, bindparam, text
from sqlalchemy.orm import Mapped, mapped_column

from auth_adapters.postgres.schema import SCHEMA, Record
from auth_adapters.postgres.statements import Alone
from auth_core.throttling.bucket import SLACK, standing
from auth_core.throttling.model import Allowance, BudgetName, Charge, Refused, Standing, Taken


class BudgetRecord(Record):
    """When a budget will be full. It is named by a keyed digest."""

    __tablename__ = "budgets"

    name: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    budget: Mapped[str]
    full_at: Mapped[datetime] = mapped_column(index=True)
    taken_at: Mapped[datetime]
    period: Mapped[timedelta] = mapped_column(Interval)
    emptied_at: Mapped[datetime | None]


_NOTHING: Final = timedelta(0)
_SECOND: Final = timedelta(seconds=1)
_TABLE: Final = f"{SCHEMA}.budgets"
_ASKED: Final = """
    SELECT each.name, each.budget, each.cost, each.period, now.at
      FROM unnest(:names, :budgets, :costs, :periods) AS each (name, budget, cost, period),
           (SELECT clock_timestamp() AS at) AS now
"""
_ARRAYS: Final = (
    bindparam("names", type_=ARRAY(LargeBinary)),
    bindparam("budgets", type_=ARRAY(Text)),
    bindparam("costs", type_=ARRAY(Interval)),
    bindparam("periods", type_=ARRAY(Interval)),
)
_NAMES: Final = bindparam("names", type_=ARRAY(LargeBinary))


def _full_at(*, at: str, period: str, cost: str) -> str:
    """Return when the budget `b` is full, as `Bucket` has it."""
    return f"""CASE WHEN b.full_at > {at} + {period} + interval '{SLACK // _SECOND} seconds'
        THEN {at} + {period} - {cost} ELSE greatest(b.full_at, {at}) END"""


_SEEN: Final = _full_at(at="asked.at", period="asked.period", cost="asked.cost")
_COST: Final = "(excluded.full_at - excluded.taken_at)"
_HELD: Final = _full_at(at="excluded.taken_at", period="excluded.period", cost=_COST)

# The look at what was committed before turns most refusals away without a lock or a write. Who gets past it together
# with others is judged again under the lock of each row, which are taken in the order of names.
TAKE: Final = text(f"""
    WITH asked AS MATERIALIZED ({_ASKED}),
    refused AS MATERIALIZED (
        SELECT asked.name, {_SEEN} + asked.cost - asked.at - asked.period AS wait
          FROM asked JOIN {_TABLE} b ON b.name = asked.name
         WHERE {_SEEN} + asked.cost > asked.at + asked.period
    ),
    taken AS (
        INSERT INTO {_TABLE} AS b (name, budget, full_at, taken_at, period, emptied_at)
        SELECT name, budget, at + cost, at, period, CASE WHEN cost + cost > period THEN at END
          FROM asked
         WHERE NOT EXISTS (SELECT FROM refused)
         ORDER BY name
        ON CONFLICT (name) DO UPDATE SET
            full_at = {_HELD} + {_COST},
            taken_at = excluded.taken_at,
            period = excluded.period,
            emptied_at = CASE
                WHEN {_HELD} + {_COST} * 2 <= excluded.taken_at + excluded.period
                  OR b.emptied_at > excluded.taken_at - excluded.period AND b.emptied_at <= excluded.taken_at
                THEN b.emptied_at
                ELSE excluded.taken_at END
         WHERE {_HELD} + {_COST} <= excluded.taken_at + excluded.period
        RETURNING b.name, b.emptied_at = b.taken_at AS emptied
    )
    SELECT name, CAST(NULL AS interval) AS wait, emptied FROM taken
    UNION ALL
    SELECT name, wait, false FROM refused
""").bindparams(*_ARRAYS)  # noqa: S608 - names of ours
_SETTLE: Final = text(f"""
    WITH asked AS MATERIALIZED (
        SELECT * FROM unnest(:names, :costs, :filled, :untold) AS each (name, cost, filled, untold)
    ),
    held AS MATERIALIZED (
        SELECT name FROM {_TABLE} WHERE name IN (SELECT name FROM asked) ORDER BY name FOR UPDATE
    )
    UPDATE {_TABLE} b SET
        full_at = CASE WHEN asked.filled THEN least(b.full_at, clock_timestamp()) ELSE b.full_at - asked.cost END,
        emptied_at = CASE WHEN asked.filled OR asked.untold THEN NULL ELSE b.emptied_at END
      FROM asked JOIN held ON held.name = asked.name
     WHERE b.name = asked.name
""").bindparams(  # noqa: S608 - names of ours
    _NAMES,
    bindparam("costs", type_=ARRAY(Interval)),
    bindparam("filled", type_=ARRAY(Boolean)),
    bindparam("untold", type_=ARRAY(Boolean)),
)
_LOOK: Final = text(f"""
    WITH asked AS ({_ASKED}),
    known AS (
        SELECT asked.name, CASE WHEN b.name IS NULL THEN interval '0' ELSE {_SEEN} - asked.at END AS full_in
          FROM asked LEFT JOIN {_TABLE} b ON b.name = asked.name
    )
    SELECT name, full_in FROM known
""").bindparams(*_ARRAYS)  # noqa: S608 - names of ours
_PURGE: Final = text(f"""
    DELETE FROM {_TABLE} WHERE name = ANY (ARRAY(
        SELECT name FROM {_TABLE} WHERE full_at < least(:over_before, clock_timestamp())
         ORDER BY full_at LIMIT :rows FOR UPDATE SKIP LOCKED
    ))
""").bindparams(bindparam("over_before", type_=DateTime(timezone=True)))  # noqa: S608 - names of ours

_ROUNDS: Final = 5


class PostgresBudgets:
    """How much is left for whom, for all processes that share the database."""

    def __init__(self, statements: Alone) -> None:
        self._statements = statements

    async def take(self, charges: Sequence[Charge]) -> Taken | Refused:
        budgets = {each.name: each for each in charges}
        for _ in range(_ROUNDS):
            answer = await self._statements.write(TAKE, **_arrays(charges))
            refused = [(row.wait, budgets[BudgetName(row.name)]) for row in answer.rows if row.wait is not None]
            if refused:
                wait, empty = max(refused, key=lambda each: each[0])
                return Refused(budget=empty.budget, name=empty.name, retry_after=wait)
            taken = [budgets[BudgetName(row.name)] for row in answer.rows]
            emptied = frozenset(BudgetName(row.name) for row in answer.rows if row.emptied)
            if len(taken) == len(charges):
                return Taken(emptied=emptied)
            # Others were quicker at one of them: what was got of the rest goes back, and who asks again sees why.
            if taken:
                await self.settle(back=taken, untold=emptied, full=())
        slowest = max(charges, key=lambda each: each.allowance.cost)
        return Refused(budget=slowest.budget, name=slowest.name, retry_after=slowest.allowance.cost)

    async def settle(
        self, *, back: Sequence[Charge], untold: Collection[BudgetName], full: Collection[BudgetName]
    ) -> None:
        names = [*(each.name for each in back), *full]
        if names:
            await self._statements.write(
                _SETTLE,
                names=names,
                costs=[*(each.allowance.cost for each in back), *(_NOTHING for _ in full)],
                filled=[*(False for _ in back), *(True for _ in full)],
                untold=[name in untold for name in names],
            )

    async def look(self, budgets: Mapping[BudgetName, Allowance]) -> Mapping[BudgetName, Standing]:
        answer = await self._statements.read(
            _LOOK,
            names=list(budgets),
            budgets=["" for _ in budgets],
            costs=[each.cost for each in budgets.values()],
            periods=[each.period for each in budgets.values()],
        )
        return {
            BudgetName(row.name): standing(budgets[BudgetName(row.name)], full_in=row.full_in) for row in answer.rows
        }

    async def purge(self, *, over_before: datetime, limit: int) -> int:
        return (await self._statements.write(_PURGE, over_before=over_before, rows=limit)).count


def _arrays(charges: Sequence[Charge]) -> dict[str, object]:
    return {
        "names": [each.name for each in charges],
        "budgets": [each.budget.value for each in charges],
        "costs": [each.allowance.cost for each in charges],
        "periods": [each.allowance.period for each in charges],
    }
