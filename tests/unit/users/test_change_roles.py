"""Roles are given and taken away, in force at once; nobody gives what they lack, and somebody always administers."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest

from auth_core import (
    BeyondYourRights,
    InvalidRoleName,
    LastAdministrator,
    RevokedToken,
    RoleNotFound,
    UserNotFound,
)
from auth_core.audit.events import EventKind, Outcome
from auth_core.errors import AuthError
from auth_core.ids import UserId
from auth_core.users.model import User
from tests.unit.core_in_memory import HERE, SECOND, Core


async def change(core: Core, user: User, *, add: str = "", remove: str = "", by: User | None = None) -> list[str]:
    held = await core.auth.users.change_roles(
        user_id=user.id, add=add.split(), remove=remove.split(), actor=by.id if by else None, origin=HERE
    )
    return [each.role for each in held]


async def somebody(core: Core, roles: str = "") -> User:
    user = await core.register()
    await change(core, user, add=roles)
    return user


async def is_good(core: Core, token: str) -> bool:
    try:
        await core.auth.tokens.verify_access_token(token=token)
    except RevokedToken:
        return False
    return True


# ---- In force at once


@pytest.mark.covers("AUZ-09", "JWT-20")
@pytest.mark.parametrize(("before", "add", "remove"), [("admin", "", "admin"), ("", "admin", ""), ("", "", "user")])
async def test_tokens_from_before_are_refused_and_the_next_refresh_tells_the_rights_of_now(
    core: Core, before: str, add: str, remove: str
) -> None:
    await somebody(core, "admin")
    user, bystander = await somebody(core, before), await core.signed_in()
    old = (await core.log_in(user)).tokens

    held = await change(core, user, add=add, remove=remove)
    new = await core.auth.sessions.refresh(refresh_token=old.refresh_token, origin=HERE)

    assert not await is_good(core, old.access_token.reveal())
    claims = await core.auth.tokens.verify_access_token(token=new.access_token.reveal())
    assert list(claims.principal.roles) == held
    assert claims.principal.may("users:delete") == ("admin" in held)
    assert await is_good(core, bystander.tokens.access_token.reveal())


@pytest.mark.covers("AUZ-09")
async def test_a_token_that_began_its_life_while_the_change_was_committed_is_outlived_by_the_revocation(
    core: Core,
) -> None:
    user = await somebody(core, "")
    await change(core, user, add="admin")

    [revocation] = core.store.committed.revocations.values()
    longest = core.policies.revocation.overlap + core.policies.tokens.longest_life
    assert revocation.until == core.clock.now() + longest


async def test_repeating_it_changes_nothing(core: Core) -> None:
    await somebody(core, "admin")
    user = await somebody(core, "admin")
    token = (await core.log_in(user)).tokens.access_token.reveal()
    events = await core.events(user.id)

    held = await change(core, user, add="admin")
    await core.auth.users.set_roles(user_id=user.id, roles=["user", "admin"], actor=None, origin=HERE)

    assert held == ["admin", "user"]
    assert await is_good(core, token)
    assert await core.events(user.id) == events


async def test_what_is_held_says_since_when_and_by_whose_hand(core: Core) -> None:
    admin, user = await somebody(core, "admin"), await somebody(core)
    core.clock.advance(SECOND)

    held = await core.auth.users.change_roles(user_id=user.id, add=["admin"], actor=admin.id, origin=HERE)

    assert [(each.role, each.at, each.by) for each in held] == [
        ("admin", core.clock.now(), admin.id),
        ("user", core.clock.now() - SECOND, None),
    ]


async def test_the_roles_can_be_set_all_at_once(core: Core) -> None:
    await core.role("clerk", "invoices:read")
    user = await somebody(core, "clerk")

    held = await core.auth.users.set_roles(user_id=user.id, roles=["admin"], actor=None, origin=HERE)

    assert [each.role for each in held] == ["admin"]
    event = (await core.events(user.id))[-1]
    assert (event.kind, event.details) == (EventKind.USER_ROLES_CHANGED, {"given": "admin", "taken": "clerk user"})


async def test_an_event_tells_who_did_it(core: Core) -> None:
    admin, user = await somebody(core, "admin"), await somebody(core)

    await change(core, user, add="admin", by=admin)

    event = (await core.events(user.id))[-1]
    assert (event.kind, event.outcome, event.actor, event.origin) == (
        EventKind.USER_ROLES_CHANGED,
        Outcome.SUCCESS,
        admin.id,
        HERE,
    )
    assert event.details == {"given": "admin", "taken": ""}


@pytest.mark.parametrize(
    ("add", "remove", "error"),
    [("boss", "", RoleNotFound), ("", "boss", RoleNotFound), ("BOSS", "", InvalidRoleName)],
)
async def test_a_role_that_is_not_there_changes_nothing(
    core: Core, add: str, remove: str, error: type[AuthError]
) -> None:
    user = await somebody(core)

    with pytest.raises(error):
        await change(core, user, add=f"admin {add}", remove=remove)

    assert await change(core, user) == ["user"]


async def test_nobody_has_no_roles_to_change(core: Core) -> None:
    with pytest.raises(UserNotFound):
        await core.auth.users.change_roles(user_id=UserId(uuid4()), add=["user"], actor=None, origin=HERE)


async def test_the_roles_of_a_disabled_user_are_changed_too(core: Core) -> None:
    user = await somebody(core)
    await core.disable(user)

    assert await change(core, user, add="admin", remove="user") == ["admin"]


# ---- Delegation


@pytest.mark.covers("AUZ-06")
@pytest.mark.parametrize(
    ("mine", "theirs", "add", "remove", "allowed"),
    [
        ("invoices:read", "", "clerk", "", True),
        ("invoices:*", "", "clerk", "", True),
        ("*", "", "clerk", "", True),
        ("*", "", "admin", "", True),
        ("users:read", "", "clerk", "", False),
        ("", "", "clerk", "", False),
        ("invoices:read", "", "accountant", "", False),
        ("users:*", "", "admin", "", False),
        ("invoices:*", "clerk", "", "clerk", True),
        ("users:*", "clerk", "", "clerk", False),
        ("users:*", "clerk", "", "user", False),
        ("invoices:*", "admin", "clerk", "", False),
        ("invoices:*", "admin", "", "admin", False),
    ],
)
async def test_nobody_gives_what_they_lack_nor_touches_who_may_do_more(
    core: Core, mine: str, theirs: str, add: str, remove: str, *, allowed: bool
) -> None:
    await core.role("mine", *mine.split())
    await core.role("clerk", "invoices:read")
    await core.role("accountant", "invoices:*")
    await somebody(core, "admin")
    actor, user = await somebody(core, "mine"), await somebody(core, theirs)
    before = await change(core, user)

    try:
        await change(core, user, add=add, remove=remove, by=actor)
    except BeyondYourRights:
        assert not allowed
        assert await change(core, user) == before
        event = (await core.events(user.id))[-1]
        assert (event.kind, event.outcome, event.actor) == (EventKind.USER_ROLES_REFUSED, Outcome.FAILURE, actor.id)
        assert event.details == {"given": add, "taken": remove, "reason": "beyond_your_rights"}
    else:
        assert allowed


@pytest.mark.covers("AUZ-06")
async def test_nobody_raises_themselves(core: Core) -> None:
    await core.role("assigner", "roles:assign")
    user = await somebody(core, "assigner")

    with pytest.raises(BeyondYourRights):
        await change(core, user, add="admin", by=user)


@pytest.mark.covers("AUZ-06")
async def test_whoever_was_disabled_or_demoted_meanwhile_gives_nothing(core: Core) -> None:
    await somebody(core, "admin")
    disabled, demoted, user = await somebody(core, "admin"), await somebody(core, "admin"), await somebody(core)
    await core.disable(disabled)
    await change(core, demoted, remove="admin")

    for actor in (disabled, demoted):
        with pytest.raises(BeyondYourRights):
            await change(core, user, add="admin", by=actor)


@pytest.mark.covers("AUZ-06")
async def test_an_account_is_not_made_with_more_rights_than_its_maker_has(core: Core) -> None:
    await core.role("clerk", "users:write")
    clerk = await somebody(core, "clerk")

    with pytest.raises(BeyondYourRights):
        await core.create("eve@example.org", "admin", actor=clerk)
    made = await core.create("lin@example.org", "clerk", actor=clerk)

    assert "eve@example.org" not in core.store.committed.addresses
    assert await change(core, made) == ["clerk", "user"]


@pytest.mark.covers("AUZ-06")
async def test_nobody_disables_or_enables_who_may_do_more(core: Core) -> None:
    await core.role("helpdesk", "users:write")
    actor, admin = await somebody(core, "helpdesk"), await somebody(core, "admin")
    other_admin = await somebody(core, "admin")

    with pytest.raises(BeyondYourRights):
        await core.auth.users.disable(user_id=admin.id, actor=actor.id, origin=HERE)
    await core.auth.users.disable(user_id=admin.id, actor=other_admin.id, origin=HERE)
    with pytest.raises(BeyondYourRights):
        await core.auth.users.enable(user_id=admin.id, actor=actor.id, origin=HERE)


# ---- The last administrator


type Way = Callable[[Core, User], Awaitable[None]]


async def demote(core: Core, user: User) -> None:
    await change(core, user, remove="admin")


async def demote_by_setting(core: Core, user: User) -> None:
    await core.auth.users.set_roles(user_id=user.id, roles=["user"], actor=None, origin=HERE)


async def demote_themselves(core: Core, user: User) -> None:
    await change(core, user, remove="admin", by=user)


async def disable(core: Core, user: User) -> None:
    await core.disable(user)


each_way = pytest.mark.parametrize("way", [demote, demote_by_setting, demote_themselves, disable])


@pytest.mark.covers("AUZ-04")
@each_way
async def test_the_last_active_administrator_stays_one(core: Core, way: Way) -> None:
    await core.role("almighty", "*")
    last, disabled, _ = [await somebody(core, roles) for roles in ("admin", "admin", "almighty")]
    await core.disable(disabled)
    token = (await core.log_in(last)).tokens.access_token.reveal()

    with pytest.raises(LastAdministrator):
        await way(core, last)

    assert await is_good(core, token)
    assert await change(core, last) == ["admin", "user"]


@pytest.mark.covers("AUZ-04")
@each_way
async def test_with_another_administrator_it_may_be_done(core: Core, way: Way) -> None:
    last, other = await somebody(core, "admin"), await somebody(core, "admin")

    await way(core, other)

    with pytest.raises(LastAdministrator):
        await way(core, last)


@pytest.mark.covers("AUZ-04")
async def test_of_administrators_who_all_resign_at_once_one_stays(core: Core) -> None:
    admins = [await somebody(core, "admin") for _ in range(6)]
    ways = [demote, disable, demote_themselves] * 2

    outcomes = await asyncio.gather(
        *(way(core, admin) for way, admin in zip(ways, admins, strict=True)), return_exceptions=True
    )

    assert [type(outcome) for outcome in outcomes].count(LastAdministrator) == 1
    assert outcomes.count(None) == 5


@pytest.mark.covers("AUZ-04")
async def test_what_was_refused_is_written_down(core: Core) -> None:
    last = await somebody(core, "admin")

    with pytest.raises(LastAdministrator):
        await change(core, last, remove="admin", by=last)

    event = (await core.events(last.id))[-1]
    assert (event.kind, event.details["reason"]) == (EventKind.USER_ROLES_REFUSED, "last_administrator")


async def test_disabling_somebody_who_is_disabled_already_is_still_no_error(core: Core) -> None:
    first, second = await somebody(core, "admin"), await somebody(core, "admin")
    await core.disable(first)
    await core.disable(first)

    with pytest.raises(LastAdministrator):
        await core.disable(second)
