"""Whoever saw a try, and waited for the row of its budget, is judged by what is there when they have it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.postgres import PostgresPorts
from auth_core.testing.contracts.budgets import a_charge, left
from auth_core.throttling.model import Charge, Refused, Taken
from tests.integration.postgres.questions import scalar

_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%auth.budgets%'"


@asynccontextmanager
async def held(operator: AsyncEngine, charge: Charge) -> AsyncGenerator[None]:
    """Hold the row of a budget while the block runs."""
    async with operator.connect() as connection:
        in_transactions = await connection.execution_options(isolation_level="READ COMMITTED")
        async with in_transactions.begin():
            await connection.execute(text("SELECT FROM auth.budgets WHERE name = :it FOR UPDATE"), {"it": charge.name})
            yield


async def waiting(operator: AsyncEngine, number: int) -> None:
    async with asyncio.timeout(20):
        while await scalar(operator, _WAITING) != number:
            await asyncio.sleep(0.01)


@pytest.mark.covers("THR-02")
async def test_of_those_who_all_saw_the_last_try_one_gets_it_and_the_others_leave_nothing(
    storage: PostgresPorts, operator: AsyncEngine
) -> None:
    # Rows are locked in the order of names: the one that is left over comes first, and has to be given back.
    low, high = sorted((a_charge().name, a_charge().name))
    plenty, scarce = replace(a_charge(tries=100), name=low), replace(a_charge(tries=2), name=high)
    for charge in (scarce, plenty):
        await storage.budgets.take([charge])

    async with held(operator, scarce), held(operator, plenty):
        takers = [asyncio.create_task(storage.budgets.take([scarce, plenty])) for _ in range(3)]
        await waiting(operator, 3)
    outcomes = await asyncio.gather(*takers)

    assert sorted(type(each).__name__ for each in outcomes) == ["Refused", "Refused", "Taken"]
    assert await left(storage.budgets, scarce) == 0
    assert await left(storage.budgets, plenty) == 98
    assert {type(await storage.budgets.take([scarce])), type(await storage.budgets.take([plenty]))} == {Refused, Taken}
