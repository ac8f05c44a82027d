"""What tests ask the server past the service."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncEngine


async def rows(operator: AsyncEngine, question: str, **values: object) -> Sequence[Row[Any]]:
    async with operator.connect() as connection:
        result = await connection.execute(text(question), values)
        return result.all() if result.returns_rows else ()


async def scalar(operator: AsyncEngine, question: str, **values: object) -> Any:  # noqa: ANN401 - whatever was asked for
    return (await rows(operator, question, **values))[0][0]


async def events_of(operator: AsyncEngine, user_id: object) -> list[str]:
    """Return the kinds of the audit events of a user, by name."""
    found = await rows(operator, "SELECT kind FROM auth.audit_events WHERE subject = :user_id", user_id=user_id)
    return sorted(row.kind for row in found)
