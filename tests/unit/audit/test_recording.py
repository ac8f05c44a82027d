"""What happens is recorded with it, or does not happen; and no secret is in the record."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from auth_adapters.memory.audit import MemoryAuditTrail
from auth_core import InvalidCredentials, assemble
from auth_core.audit.events import AuditEvent
from tests.unit.contracts.broken_storage import BrokenUnitOfWork
from tests.unit.core_in_memory import HERE, OTHER_PASSWORD, PASSWORD, Core


class TrailIsFull(Exception):
    pass


class Full(MemoryAuditTrail):
    async def record(self, event: AuditEvent) -> None:
        raise TrailIsFull


ACTS: dict[str, Callable[[Core, str], Awaitable[object]]] = {
    "register": lambda core, email: core.register(f"another.{email}"),
    "log in": lambda core, email: core.log_in(email),
    "fail to log in": lambda core, email: core.log_in(email, "wrong password"),
    "disable": lambda core, email: core.disable(
        next(user for user in core.store.committed.users.values() if user.email.address == email)
    ),
}


@pytest.mark.covers("AUD-04")
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
async def test_what_cannot_be_recorded_is_not_done(act: Callable[[Core, str], Awaitable[object]]) -> None:
    core = await Core.make()
    user = await core.register()

    before = core.store.committed
    uow = BrokenUnitOfWork(core.store, audit=Full)
    full = replace(core, auth=assemble(replace(core.ports, uow=uow), core.policies))

    with pytest.raises(TrailIsFull):
        await act(full, user.email.address)

    assert core.store.committed == before


@pytest.mark.covers("AUD-01")
async def test_each_thing_that_happens_is_one_event() -> None:
    core = await Core.make()
    before = len(core.all_events())
    person = await core.signed_in()
    await core.change_password(person)
    await core.auth.sessions.log_out(user_id=person.user.id, session_id=person.tokens.session.id, origin=HERE)

    assert len(core.all_events()) - before == len(await core.events(person.user.id)) == 4
    assert all(
        (event.actor, event.subject, event.origin, event.at) == (person.user.id, person.user.id, HERE, core.clock.now())
        for event in await core.events(person.user.id)
    )


@pytest.mark.covers("AUD-05")
async def test_no_secret_is_in_the_trail() -> None:
    core = await Core.make()
    person = await core.signed_in()
    await core.change_password(person)
    with pytest.raises(InvalidCredentials):
        await core.log_in(person.user, PASSWORD)
    tokens = person.tokens

    told = "".join([repr(event) async for event in core.auth.audit.export()])

    for secret in (PASSWORD, OTHER_PASSWORD, tokens.access_token.reveal(), tokens.refresh_token.reveal()):
        assert secret not in told
