"""An administrator gives somebody another password, or has them choose one."""

import asyncio
from dataclasses import replace

import pytest

from auth_adapters.memory import FOR_TESTS
from auth_core import InvalidCredentials, PasswordChangeRequired, Redacted, RevokedToken, UserNotFound, WeakPassword
from auth_core.audit.events import EventKind, Outcome
from auth_core.testing import a_user
from auth_core.users.model import PasswordReset, User
from tests.unit.core_in_memory import HERE, OTHER_PASSWORD, PASSWORD, Core

THIRD_PASSWORD = "yet another sentence of words"


async def reset(core: Core, user: User, password: str | None = None, *, must_change: bool = True) -> PasswordReset:
    return await core.auth.users.reset_password(
        user_id=user.id,
        password=None if password is None else Redacted(password),
        must_change=must_change,
        actor=None,
        origin=HERE,
    )


async def force(core: Core, user: User) -> None:
    await core.auth.users.force_password_change(user_id=user.id, actor=None, origin=HERE)


async def test_a_reset_ends_everything_and_the_old_password_with_it(core: Core) -> None:
    held, bystander = await core.signed_in(), await core.signed_in()

    outcome = await reset(core, held.user, OTHER_PASSWORD, must_change=False)

    assert (outcome.made_up, outcome.must_change, outcome.sessions_ended) == (None, False, 1)
    with pytest.raises(RevokedToken):
        await core.auth.tokens.verify_access_token(token=held.tokens.access_token.reveal())
    with pytest.raises(InvalidCredentials):
        await core.log_in(held.user)
    await core.log_in(held.user, OTHER_PASSWORD)
    await core.auth.tokens.verify_access_token(token=bystander.tokens.access_token.reveal())


async def test_a_password_that_is_made_up_is_another_one_each_time_and_must_be_changed(core: Core) -> None:
    user = await core.register()

    outcomes = [await reset(core, user) for _ in range(2)]

    first, second = (each.made_up for each in outcomes)
    assert first is not None
    assert second is not None
    assert len(first.reveal()) == len(second.reveal()) == 24
    assert first.reveal() not in (second.reveal(), *map(repr, outcomes))
    with pytest.raises(InvalidCredentials):
        await core.log_in(user, first.reveal())
    with pytest.raises(PasswordChangeRequired):
        await core.log_in(user, second.reveal())


async def test_the_trail_tells_of_a_reset_and_of_a_demand(core: Core) -> None:
    admin, user = await core.create("admin@example.org", "admin"), (await core.signed_in()).user

    await core.auth.users.reset_password(user_id=user.id, actor=admin.id, origin=HERE)
    await reset(core, user, OTHER_PASSWORD, must_change=False)
    for _ in range(2):
        await core.auth.users.force_password_change(user_id=user.id, actor=admin.id, origin=HERE)

    assert [(each.kind, each.actor, each.details) for each in (await core.events(user.id))[2:]] == [
        (EventKind.PASSWORD_RESET, admin.id, {"sessions_ended": 1, "must_change": "yes"}),
        (EventKind.PASSWORD_RESET, None, {"sessions_ended": 0, "must_change": "no"}),
        (EventKind.PASSWORD_CHANGE_DEMANDED, admin.id, {}),
    ]


async def test_a_weak_password_is_refused_with_what_is_known_of_its_owner(core: Core) -> None:
    user = await core.register()

    for weak, code in (("short", "too_short"), ("LovelaceAda", "too_personal")):
        with pytest.raises(WeakPassword) as told:
            await reset(core, user, weak)

        assert [fault.code for fault in told.value.faults] == [code]
    await core.log_in(user)


async def test_nobody_has_no_password_to_reset(core: Core) -> None:
    with pytest.raises(UserNotFound):
        await reset(core, a_user())


async def test_who_must_choose_another_password_gets_in_with_both_and_only_so(core: Core) -> None:
    held = await core.signed_in()
    await force(core, held.user)
    await core.auth.tokens.verify_access_token(token=held.tokens.access_token.reveal())  # at the next log-in, not now

    with pytest.raises(PasswordChangeRequired):
        await core.log_in(held.user)
    back = await core.log_in(held.user, PASSWORD, new=OTHER_PASSWORD)

    await core.auth.tokens.verify_access_token(token=back.tokens.access_token.reveal())
    with pytest.raises(RevokedToken):
        await core.auth.tokens.verify_access_token(token=held.tokens.access_token.reveal())
    with pytest.raises(InvalidCredentials):
        await core.log_in(held.user)
    await core.log_in(held.user, OTHER_PASSWORD)
    events = await core.events(held.user.id)
    assert [(each.kind, each.outcome, each.details) for each in events[3:6]] == [
        (EventKind.LOGIN_FAILED, Outcome.FAILURE, {"reason": "password_change_required"}),
        (EventKind.PASSWORD_CHANGED, Outcome.SUCCESS, {"sessions_ended": 1}),
        (EventKind.LOGGED_IN, Outcome.SUCCESS, {}),
    ]


@pytest.mark.parametrize(
    ("new", "code"), [(PASSWORD, "unchanged"), ("short", "too_short"), ("AdaLovelace", "too_personal")]
)
async def test_the_new_password_is_another_and_a_good_one(core: Core, new: str, code: str) -> None:
    user = await core.register()
    await force(core, user)

    with pytest.raises(WeakPassword) as told:
        await core.log_in(user, PASSWORD, new=new)

    assert [(fault.field, fault.code) for fault in told.value.faults] == [("new_password", code)]
    with pytest.raises(PasswordChangeRequired):
        await core.log_in(user)


async def test_who_does_not_know_the_password_hears_of_nothing_else(core: Core) -> None:
    must_change, disabled, deleted = [await core.register() for _ in range(3)]
    for user in (must_change, disabled, deleted):
        await force(core, user)
    await core.disable(disabled)
    await core.delete(deleted)

    for user, password in ((must_change, "wrong password"), (disabled, PASSWORD), (deleted, PASSWORD)):
        for new in (None, "short", OTHER_PASSWORD):
            with pytest.raises(InvalidCredentials):
                await core.log_in(user, password, new=new)
    with pytest.raises(InvalidCredentials):
        await core.log_in("nobody@example.org", PASSWORD, new=OTHER_PASSWORD)


async def test_a_new_password_is_taken_from_who_need_not_choose_one(core: Core) -> None:
    held = await core.signed_in()

    await core.log_in(held.user, PASSWORD, new=OTHER_PASSWORD)

    with pytest.raises(RevokedToken):
        await core.auth.tokens.verify_access_token(token=held.tokens.access_token.reveal())
    await core.log_in(held.user, OTHER_PASSWORD)


async def test_whoever_changes_it_while_signed_in_has_met_the_demand(core: Core) -> None:
    held = await core.signed_in()
    await force(core, held.user)

    await core.change_password(held)

    await core.log_in(held.user, OTHER_PASSWORD)


async def test_of_two_new_passwords_at_once_one_is_taken(core: Core) -> None:
    user = await core.register()
    await force(core, user)

    outcomes = await asyncio.gather(
        *(core.log_in(user, PASSWORD, new=new) for new in (OTHER_PASSWORD, THIRD_PASSWORD)), return_exceptions=True
    )

    assert [type(each) for each in outcomes].count(InvalidCredentials) == 1


async def test_a_password_of_before_is_no_new_one_neither_after_a_reset() -> None:
    core = await Core.make(policies=replace(FOR_TESTS, passwords=replace(FOR_TESTS.passwords, remembered=2)))
    user = await core.register()
    await reset(core, user, OTHER_PASSWORD)

    with pytest.raises(WeakPassword) as told:
        await core.log_in(user, OTHER_PASSWORD, new=PASSWORD)
    await core.log_in(user, OTHER_PASSWORD, new=THIRD_PASSWORD)

    assert [(fault.field, fault.code) for fault in told.value.faults] == [("new_password", "used_before")]


async def test_a_password_that_is_made_up_is_as_long_as_the_policy_wants() -> None:
    core = await Core.make(policies=replace(FOR_TESTS, passwords=replace(FOR_TESTS.passwords, min_length=101)))

    outcome = await reset(core, await core.register(password=" ".join(["some words"] * 12)))

    assert outcome.made_up is not None
    assert len(outcome.made_up.reveal()) == 104
