"""Who holds a role is found by indexes, among however many people."""

import re
from typing import Any
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
    "INSERT INTO auth.roles (name, description, permissions, system) VALUES ('beside', '', '{}', false)",
    "INSERT INTO auth.role_assignments SELECT id, 'user', now() FROM auth.users",
    "INSERT INTO auth.role_assignments SELECT id, 'beside', now() FROM auth.users LIMIT 1000",
    "INSERT INTO auth.role_assignments SELECT id, 'planned', now() FROM auth.users LIMIT 100",
    "ANALYZE",
)


STATEMENTS: dict[str, Select[Any]] = {
    "a count": role_holders._counted(0, of_one=True),
    "a count by what they hold besides": role_holders._counted(2, of_one=True),
    "a count of several": role_holders._counted(2, of_one=False),
    "a count by very many roles": role_holders._COMBINATIONS,
    "a page": role_holders._PAGES[False, False],
    "the next page": role_holders._PAGES[True, False],
    "a page of some": role_holders._PAGES[False, True],
    "the next page of some": role_holders._PAGES[True, True],
}


@pytest.mark.parametrize("question", STATEMENTS.values(), ids=STATEMENTS)
async def test_holders_are_found_by_indexes_alone(operator: AsyncEngine, question: Select[Any]) -> None:
    if not await rows(operator, "SELECT 1 FROM auth.roles WHERE name = 'planned'"):
        for each in PEOPLE:
            await rows(operator, each)
    words = str(question.compile(dialect=postgresql.dialect(paramstyle="named")))  # type: ignore[no-untyped-call]  # SQLAlchemy's
    words = re.sub(r"(:\w+)::([A-Z]+(?:\[\])?)", r"CAST(\1 AS \2)", words)
    values = {
        "roles": ["planned"], "role": "planned", "after": UUID(int=0), "rows": 51, "telling": ["planned", "admin"],
        "having": ["planned"], "other_0": "admin", "other_1": "beside",
    }  # fmt: skip

    plan = await rows(
        operator, f"EXPLAIN {words}", **{name: each for name, each in values.items() if f":{name}" in words}
    )

    lines = [row[0] for row in plan]
    assert any("Index" in line for line in lines)
    assert not [line for line in lines if "Seq Scan" in line]
