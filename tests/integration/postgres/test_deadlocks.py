"""Everybody takes locks in one order, so nobody waits in a circle."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.postgres import Database, Deadlines
from auth_core import Conflict, NotFound, PasswordChangeRequired, Redacted, Rejected, Unauthenticated
from auth_core.testing import MovableClock, a_role, an_origin
from tests.integration.postgres.person import NEW_PASSWORD, PASSWORD, Person, auth_over, signed_in
from tests.integration.postgres.questions import scalar

SEEDS = range(3)


@pytest.mark.covers("DB-04")
@pytest.mark.parametrize("seed", SEEDS)
async def test_two_hundred_mixed_calls_at_once_never_block_each_other(
    address: Redacted[str], clock: MovableClock, operator: AsyncEngine, seed: int
) -> None:
    chance = random.Random(seed)
    database = Database(address, deadlines=Deadlines(acquire=timedelta(seconds=60)))
    auth = await auth_over(database, clock)
    people = [await signed_in(auth) for _ in range(3)]
    roles = [a_role().name for _ in range(4)]
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    before = await scalar(operator, deadlocks)

    async def act() -> None:
        one = chance.choice(people)
        person = Person(auth, one.id, one.email, one.tokens)
        calls: list[Callable[[], Awaitable[object]]] = [
            person.log_in,
            person.refresh,
            person.refresh,
            person.log_out,
            lambda: auth.sessions.log_out_everywhere(user_id=person.id, origin=an_origin()),
            lambda: auth.sessions.revoke(user_id=person.id, session_id=person.session_id, origin=an_origin()),
            lambda: auth.users.update_profile(
                user_id=person.id, first_name="Grace", last_name=None, origin=an_origin()
            ),
            person.change_password,
            person.is_disabled,
            person.is_enabled,
            person.is_enabled,
            lambda: auth.users.update(user_id=person.id, email=person.email.upper(), actor=None, origin=an_origin()),
            lambda: auth.users.delete(user_id=person.id, actor=None, origin=an_origin()),
            lambda: auth.users.restore(user_id=person.id, actor=None, origin=an_origin()),
            lambda: auth.users.restore(user_id=person.id, actor=None, origin=an_origin()),
            lambda: auth.users.reset_password(
                user_id=person.id, password=PASSWORD, must_change=False, actor=None, origin=an_origin()
            ),
            lambda: auth.users.force_password_change(user_id=person.id, actor=None, origin=an_origin()),
            lambda: auth.login.log_in(
                email=person.email, password=PASSWORD, new_password=NEW_PASSWORD, origin=an_origin()
            ),
            lambda: auth.sessions.end_all_of_user(user_id=person.id, actor=None, origin=an_origin()),
            lambda: auth.sessions.end_of_user(
                user_id=person.id, session_id=person.session_id, actor=None, origin=an_origin()
            ),
            lambda: auth.users.change_roles(user_id=person.id, add=["admin"], actor=None, origin=an_origin()),
            lambda: auth.users.change_roles(user_id=person.id, remove=["admin"], actor=None, origin=an_origin()),
            lambda: auth.users.set_roles(
                user_id=person.id, roles=[chance.choice(roles)], actor=None, origin=an_origin()
            ),
            lambda: auth.access.define_role(
                name=chance.choice(roles), parents=[chance.choice(roles)], actor=None, origin=an_origin()
            ),
            lambda: auth.access.delete_role(name=chance.choice(roles), actor=None, origin=an_origin()),
            auth.upkeep.purge,
        ]
        for call in chance.sample(calls, 3):
            with suppress(
                Rejected, Unauthenticated, PasswordChangeRequired, NotFound, Conflict
            ):  # somebody was faster: that is what this is about
                await call()

    outcomes = await asyncio.gather(*(act() for _ in range(200)), return_exceptions=True)
    await database.close()

    assert [outcome for outcome in outcomes if outcome is not None] == []
    assert await scalar(operator, deadlocks) == before
