"""Who holds a role is found by indexes, among however many people."""

import re
from uuid import UUID

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.postgres import role_holders
from tests.integration.postgres.questions import rows

PEOPLE = (
    """INSERT INTO auth.users (id, email, email_canonical, first_name, last_name, status, security_version, created_at,
        updated_at) SELECT gen_random_uuid(), n || '@plans', n || '@plans', '', '', 'active', 0, now(), now()
        FROM generate_series(1, 20000) n""",
    "INSERT INTO auth.roles (name, description, permissions, system) VALUES ('planned', '', '{}', false)",
    "INSERT INTO auth.role_assignments SELECT id, 'user', now() FROM auth.users",
    "INSERT INTO auth.role_assignments SELECT id, 'planned', now() FROM auth.users LIMIT 100",
    "ANALYZE",
)


@pytest.mark.parametrize("statement", ["_COMBINATIONS", "_FIRST_PAGE", "_NEXT_PAGE"])
async def test_holders_are_found_by_indexes_alone(operator: AsyncEngine, statement: str) -> None:
    if not await rows(operator, "SELECT 1 FROM auth.roles WHERE name = 'planned'"):
        for each in PEOPLE:
            await rows(operator, each)
    question: Select[tuple[object]] = getattr(role_holders, statement)
    words = str(question.compile(dialect=postgresql.dialect(paramstyle="named")))  # type: ignore[no-untyped-call]  # SQLAlchemy's
    words = re.sub(r"(:\w+)::([A-Z]+(?:\[\])?)", r"CAST(\1 AS \2)", words)
    values = {"roles": ["planned"], "after": UUID(int=0), "rows": 51}

    plan = await rows(
        operator, f"EXPLAIN {words}", **{name: each for name, each in values.items() if f":{name}" in words}
    )

    lines = [row[0] for row in plan]
    assert any("Index" in line for line in lines)
    assert not [line for line in lines if "Seq Scan" in line]
