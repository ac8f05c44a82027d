"""A person is erased for good."""

import pytest

from auth_adapters.memory import auth_in_memory
from auth_adapters.memory.audit import MemorySealedBatches
from auth_core import (
    InvalidCredentials,
    InvalidRefreshToken,
    LastAdministrator,
    Origin,
    Redacted,
    RevokedToken,
    TrailIsAppendOnly,
    UserNotDeleted,
    UserNotFound,
)
from auth_core.audit.events import EventKind
from auth_core.testing import a_user, an_event
from auth_core.users.model import User
from tests.unit.audit.trail import Trail
from tests.unit.contracts.broken_storage import storage_with
from tests.unit.core_in_memory import DAY, HERE, MINUTE, PASSWORD, Core
from tests.unit.recovery.letters import ADA, Letters


async def erase(core: Core, user: User, *, at_once: bool = False) -> int:
    return await core.auth.users.erase(user_id=user.id, at_once=at_once, actor=None, origin=Origin())


@pytest.mark.covers("AUZ-12", "R-L1")
async def test_nothing_personal_is_left_and_the_trail_is_whole() -> None:
    trail = await Trail.make()
    core = trail.core
    held = await core.signed_in()
    await core.auth.audit.seal()
    await core.delete(held.user)

    events = await erase(core, held.user)

    await core.auth.audit.seal()
    assert (await trail.whole()).erased == events == 3
    kept = core.store.committed
    for name in ("'ada'", "lovelace", held.user.email.address.lower(), "firefox", "192.0.2.7"):
        assert name not in repr(kept).lower()
    assert not any((kept.users, kept.passwords, kept.sessions, kept.roles_held))
    assert [event.kind for event in await core.events(held.user.id)] == [
        EventKind.USER_REGISTERED,
        EventKind.LOGGED_IN,
        EventKind.USER_DELETED,
        EventKind.TRAIL_ERASED,
        EventKind.USER_ERASED,
    ]
    with pytest.raises(RevokedToken):
        await core.auth.tokens.verify_access_token(token=held.tokens.access_token.reveal())
    with pytest.raises(InvalidRefreshToken):
        await core.auth.sessions.refresh(refresh_token=held.tokens.refresh_token, origin=HERE)


@pytest.mark.covers("AUZ-12")
async def test_the_address_is_free_for_somebody_with_another_id(core: Core) -> None:
    user = await core.register()
    await core.delete(user)
    await erase(core, user)

    another = await core.register(user.email.address)

    assert another.id != user.id
    await core.log_in(another)


async def test_mail_to_them_is_forgotten_also_what_waits() -> None:
    letters = await Letters.make()
    await letters.register()
    await letters.sent()
    await letters.core.auth.recovery.request_password_reset(email=ADA, origin=HERE)
    user = await letters.core.auth.users.look_up_by_email(email=ADA)

    await erase(letters.core, user, at_once=True)

    assert not letters.core.store.committed.letters
    assert not letters.core.store.committed.one_time_tokens
    assert await letters.sent() == []


async def test_an_account_in_use_is_erased_only_by_who_says_so(core: Core) -> None:
    held = await core.signed_in()

    with pytest.raises(UserNotDeleted):
        await erase(core, held.user)
    await core.auth.tokens.verify_access_token(token=held.tokens.access_token.reveal())
    await erase(core, held.user, at_once=True)

    with pytest.raises(RevokedToken):
        await core.auth.tokens.verify_access_token(token=held.tokens.access_token.reveal())
    with pytest.raises(InvalidCredentials):
        await core.log_in(held.user)


async def test_erasing_twice_erases_once_and_nobody_cannot_be_erased(core: Core) -> None:
    user = await core.register()

    events = [await erase(core, user, at_once=True) for _ in range(2)]

    assert events == [2, 0]
    assert (await core.kinds_of_events(user.id)).count(EventKind.USER_ERASED) == 1
    with pytest.raises(UserNotFound):
        await erase(core, a_user())


@pytest.mark.covers("AUZ-04")
async def test_the_last_administrator_stays(core: Core) -> None:
    admin = await core.create("admin@example.org", "admin")

    with pytest.raises(LastAdministrator):
        await erase(core, admin, at_once=True)

    await core.log_in(admin)


async def test_where_the_trail_only_grows_nobody_is_half_erased() -> None:
    class AppendOnly(MemorySealedBatches):
        async def may_be_emptied(self) -> bool:
            return False

    auth = await auth_in_memory(storage_with(sealed_batches=AppendOnly))
    user = await auth.users.create(
        email=ADA, password=Redacted(PASSWORD), first_name="Ada", last_name="L", actor=None, origin=HERE
    )

    with pytest.raises(TrailIsAppendOnly):
        await auth.users.erase(user_id=user.id, at_once=True, actor=None, origin=Origin())

    assert (await auth.users.look_up_by_email(email=ADA)).deleted_at is None
    assert await auth.upkeep.erase_deleted(where_allowed=True) == 0


async def test_a_long_trail_is_emptied_in_steps() -> None:
    trail = await Trail.make()
    core = trail.core
    user = await core.register()
    async with core.ports.uow() as tx:
        await tx.audit.record_all([an_event(user.id, at=core.clock.now()) for _ in range(450)])
    await core.delete(user)

    assert await erase(core, user) == 452

    await core.auth.audit.seal()
    assert (await trail.whole()).erased == 452


async def test_who_was_deleted_long_ago_is_erased_and_who_was_not_is_not(core: Core) -> None:
    long_ago, restored, lately, active = [await core.register() for _ in range(4)]
    await core.delete(long_ago)
    await core.delete(restored)
    core.clock.advance(10 * DAY)
    await core.restore(restored)
    await core.delete(lately)
    core.clock.advance(20 * DAY + MINUTE)

    erased = [await core.auth.upkeep.erase_deleted() for _ in range(2)]

    assert erased == [1, 0]
    assert set(core.store.committed.users) == {restored.id, lately.id, active.id}


async def test_who_is_due_to_be_erased_is_not_restored(core: Core) -> None:
    user = await core.register()
    await core.delete(user)
    core.clock.advance(30 * DAY)
    await core.restore(user)
    await core.delete(user)
    core.clock.advance(30 * DAY + MINUTE)

    with pytest.raises(UserNotFound):
        await core.restore(user)
