"""What is erased with a person is found by an index in the outbox, however much mail there was."""

from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.postgres import outbox
from tests.integration.postgres.questions import rows

MAIL = """INSERT INTO auth.outbox_messages (id, kind, address, state, created_at, due_at, over_at, attempts)
    SELECT gen_random_uuid(), 'welcome', 'Person-' || n || '@example.com', 'sent', now(), now(), now(), 1
      FROM generate_series(1, 20000) n"""


async def test_the_messages_to_an_address_are_found_by_an_index(operator: AsyncEngine) -> None:
    await rows(operator, MAIL)
    await rows(operator, "ANALYZE auth.outbox_messages")
    words = str(outbox._FORGET.compile(dialect=asyncpg.dialect()))  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped

    async with operator.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        lines = [row[0] for row in await driver.fetch(f"EXPLAIN {words}", "person-7@example.com")]

    assert any("outbox_messages_lower_address_idx" in line for line in lines), lines
    assert not [line for line in lines if "Seq Scan" in line]
