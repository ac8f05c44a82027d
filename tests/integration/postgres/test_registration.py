"""One address, one account, however many ask at once."""

import asyncio
from contextlib import suppress

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_core import AuthCore, EmailTaken
from auth_core.testing import an_email, an_origin
from auth_core.users.model import User
from tests.integration.postgres.person import PASSWORD
from tests.integration.postgres.questions import scalar


@pytest.mark.covers("REG-07")
async def test_of_fifty_registrations_of_one_address_at_once_one_succeeds(
    auth: AuthCore, operator: AsyncEngine
) -> None:
    email = an_email()

    async def register(spelling: str) -> User | None:
        return await auth.users.register(
            email=spelling, password=PASSWORD, first_name="Ada", last_name="Lovelace", origin=an_origin()
        )

    outcomes = await asyncio.gather(
        *(register(email if number % 2 else email.upper()) for number in range(50)), return_exceptions=True
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["EmailTaken"] * 49 + ["User"]
    users = "FROM auth.users WHERE email_canonical = :email"
    assert await scalar(operator, f"SELECT count(*) {users}", email=email.lower()) == 1
    events = f"SELECT count(*) FROM auth.audit_events WHERE subject IN (SELECT id {users})"
    assert await scalar(operator, events, email=email.lower()) == 1


async def test_the_losers_leave_nothing_behind(auth: AuthCore, operator: AsyncEngine) -> None:
    email = an_email()
    for _ in range(2):
        with suppress(EmailTaken):
            await auth.users.register(
                email=email, password=PASSWORD, first_name="Ada", last_name="Lovelace", origin=an_origin()
            )

    counted = [await scalar(operator, f"SELECT count(*) FROM auth.{table}") for table in ("users", "passwords")]
    assert counted[0] == counted[1] > 0
