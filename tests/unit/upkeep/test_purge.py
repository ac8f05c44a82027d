"""Removing what is long over."""

from dataclasses import replace

from auth_adapters.memory import FOR_TESTS
from auth_core import SessionPolicy
from auth_core.testing import a_session
from tests.unit.core_in_memory import DAY, HERE, SECOND, Core

POLICY = SessionPolicy()


async def test_a_session_is_kept_for_a_while_after_its_last_possible_end(core: Core) -> None:
    await core.signed_in()

    core.clock.advance(POLICY.absolute + POLICY.kept_after_end)
    assert await core.auth.upkeep.purge() == 0
    core.clock.advance(SECOND)
    assert await core.auth.upkeep.purge() == 1

    assert core.store.committed.sessions == {}


async def test_a_session_that_was_ended_is_kept_as_well(core: Core) -> None:
    who = await core.signed_in()
    await core.auth.sessions.log_out(user_id=who.user.id, session_id=who.tokens.session.id, origin=HERE)

    core.clock.advance(POLICY.kept_after_end)
    await core.auth.upkeep.purge()

    assert list(core.store.committed.sessions) == [who.tokens.session.id]


async def test_live_sessions_stay(core: Core) -> None:
    old = await core.signed_in()
    core.clock.advance(61 * DAY)
    new = await core.log_in(old.user)

    assert await core.auth.upkeep.purge() == 1

    assert list(core.store.committed.sessions) == [new.tokens.session.id]


async def test_everything_that_is_due_is_removed_however_much_it_is() -> None:
    core = await Core.make(policies=replace(FOR_TESTS, sessions=SessionPolicy(kept_after_end=0 * DAY)))
    user = await core.register()
    many = [a_session(user.id) for _ in range(2500)]
    core.store.committed.sessions.update({session.id: session for session in many})
    core.clock.advance(31 * DAY)

    assert await core.auth.upkeep.purge() == 2500
