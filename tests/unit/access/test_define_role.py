"""Roles are made, changed and deleted, in force at once; nobody goes beyond their own rights by changing a role."""

import asyncio

import pytest

from auth_core import (
    BeyondYourRights,
    InvalidRoleName,
    Rejected,
    RevokedToken,
    RoleCycle,
    RoleExists,
    RoleInUse,
    RoleNotFound,
    SystemRole,
    UnknownParent,
)
from auth_core.access.draft import Expected
from auth_core.access.model import ADMIN, SYSTEM_ROLES, Role
from auth_core.audit.events import EventKind, Outcome
from auth_core.revocation.model import RoleRevocation
from auth_core.users.model import User
from tests.unit.core_in_memory import HERE, Core


async def holding(core: Core, *roles: str) -> User:
    user = await core.register()
    await core.assign(user, *roles)
    return user


async def may(core: Core, user: User, needed: str) -> bool:
    return (await core.auth.users.look_up(user_id=user.id)).principal.may(needed)


async def delete(core: Core, name: str, *, actor: User | None = None) -> None:
    await core.auth.access.delete_role(name=name, actor=actor.id if actor else None, origin=HERE)


async def is_good(core: Core, token: str) -> bool:
    try:
        await core.auth.tokens.verify_access_token(token=token)
    except RevokedToken:
        return False
    return True


async def token_of(core: Core, user: User) -> str:
    return (await core.log_in(user)).tokens.access_token.reveal()


def of_roles(core: Core) -> list[RoleRevocation]:
    return [each for each in core.store.committed.revocations.values() if isinstance(each, RoleRevocation)]


# ---- What a role allows


async def test_a_role_allows_what_it_has_and_what_it_inherits(core: Core) -> None:
    await core.role("reader", "invoices:read")
    await core.role("clerk", "invoices:write", parents="reader")
    await core.role("head", "reports:*", parents="clerk")
    user = await holding(core, "head")

    profile = await core.auth.users.look_up(user_id=user.id)

    assert profile.principal.roles == ("head", "user")
    assert profile.principal.permissions == ("invoices:read", "invoices:write", "reports:*")


async def test_roles_are_listed_and_found(core: Core) -> None:
    made = await core.role("clerk", "invoices:write", parents="user")

    listed = await core.auth.access.list_roles()

    assert [role.name for role in listed] == ["admin", "clerk", "user"]
    assert await core.auth.access.look_up_role(name="clerk") == made
    with pytest.raises(RoleNotFound):
        await core.auth.access.look_up_role(name="boss")


@pytest.mark.covers("AUZ-08")
@pytest.mark.parametrize(
    ("name", "description", "permissions", "parents", "faults"),
    [
        ("Clerk", "", ["a:b"], [], ["role"]),
        ("clerk", "x" * 201, ["a:b"], [], ["description"]),
        ("clerk", "a\u202eb", ["a:b"], [], ["description"]),
        ("clerk", "", ["a:b", "a:b ", "\u0430b:c", "*:read", "**"], [], [f"permissions/{n}" for n in (1, 2, 3, 4)]),
        ("clerk", "", [], ["user", "", "Admin"], ["parents/1", "parents/2"]),
        ("clerk", "\0", ["a"], ["B"], ["description", "permissions/0", "parents/0"]),
    ],
)
async def test_every_fault_is_told_at_its_place(
    core: Core, name: str, description: str, permissions: list[str], *, parents: list[str], faults: list[str]
) -> None:
    with pytest.raises((Rejected, InvalidRoleName)) as caught:
        await core.auth.access.define_role(
            name=name, description=description, permissions=permissions, parents=parents, actor=None, origin=HERE
        )

    assert [fault.field for fault in caught.value.faults] == faults
    assert len(core.store.committed.roles) == 2


@pytest.mark.parametrize(
    ("name", "expected", "error"),
    [
        ("clerk", Expected.ABSENT, RoleExists),
        ("boss", Expected.PRESENT, RoleNotFound),
        ("clerk", Expected.PRESENT, None),
        ("boss", Expected.ABSENT, None),
    ],
)
async def test_a_role_can_be_asked_to_be_new_or_to_be_there(
    core: Core, name: str, expected: Expected, error: type[Exception] | None
) -> None:
    await core.role("clerk", "invoices:read")
    refused = None

    try:
        await core.auth.access.define_role(name=name, expected=expected, actor=None, origin=HERE)
    except (RoleExists, RoleNotFound) as raised:
        refused = type(raised)

    assert refused is error


async def test_a_parent_has_to_be_there(core: Core) -> None:
    with pytest.raises(UnknownParent):
        await core.role("clerk", parents="boss")


# ---- In force at once


@pytest.mark.covers("AUZ-09", "JWT-20")
@pytest.mark.parametrize("new", [("reports:read",), (), ("reports:read", "reports:write", "a:b")])
async def test_a_change_is_in_force_for_whoever_holds_the_role_or_one_below(core: Core, new: tuple[str, ...]) -> None:
    await core.role("reader", "reports:read", "reports:write")
    await core.role("clerk", parents="reader")
    await core.role("other", "reports:read")
    users = [await holding(core, role) for role in ("reader", "clerk")]
    bystander = await holding(core, "other")
    pairs = [(await core.log_in(user)).tokens for user in users]
    unaffected = await token_of(core, bystander)

    await core.role("reader", *new)

    for user, pair in zip(users, pairs, strict=True):
        assert not await is_good(core, pair.access_token.reveal())
        refreshed = await core.auth.sessions.refresh(refresh_token=pair.refresh_token, origin=HERE)
        claims = await core.auth.tokens.verify_access_token(token=refreshed.access_token.reveal())
        assert claims.principal.permissions == tuple(sorted(new))
        assert await is_good(core, await token_of(core, user))
    assert await is_good(core, unaffected)


@pytest.mark.covers("AUZ-09")
async def test_it_takes_one_revocation_for_each_role_however_many_hold_it(core: Core) -> None:
    await core.role("reader", "reports:read")
    await core.role("clerk", parents="reader")
    for _ in range(5):
        await holding(core, "reader", "clerk")

    await core.role("reader", "reports:write")

    [of_clerk, of_reader] = sorted(of_roles(core), key=lambda each: each.role)
    assert (of_clerk.role, of_reader.role) == ("clerk", "reader")
    assert of_clerk.least_version == of_reader.least_version
    assert of_clerk.until == core.clock.now() + core.policies.tokens.longest_life + core.policies.revocation.overlap


async def test_what_changes_nobodys_rights_voids_nothing(core: Core) -> None:
    await core.role("reader", "reports:read")
    await core.role("clerk", "reports:read")
    token = await token_of(core, await holding(core, "clerk"))

    await core.auth.access.define_role(
        name="clerk", description="Reads.", permissions=["reports:read"], parents=["reader"], actor=None, origin=HERE
    )

    assert await is_good(core, token)
    assert of_roles(core) == []
    assert (await core.auth.access.look_up_role(name="clerk")).description == "Reads."


async def test_repeating_it_changes_nothing(core: Core) -> None:
    first = await core.role("clerk", "reports:read")
    events = core.all_events()

    assert await core.role("clerk", "reports:read") == first
    assert core.all_events() == events


# ---- The roles of the system, circles, delegation


@pytest.mark.covers("AUZ-07")
@pytest.mark.parametrize("name", [role.name for role in SYSTEM_ROLES])
async def test_the_roles_of_the_system_never_change(core: Core, name: str) -> None:
    with pytest.raises(SystemRole):
        await core.role(name, "reports:read")
    with pytest.raises(SystemRole):
        await delete(core, name)
    with pytest.raises(SystemRole):
        await core.auth.access.preview_role(name=name, permissions=["reports:read"])

    assert {role for role in await core.auth.access.list_roles() if role.system} == set(SYSTEM_ROLES)


@pytest.mark.covers("AUZ-05")
async def test_roles_form_no_circle(core: Core) -> None:
    await core.role("a")
    await core.role("b", parents="a")
    await core.role("c", parents="b")

    for parent in ("a", "b", "c"):
        with pytest.raises(RoleCycle):
            await core.role("a", parents=parent)

    assert (await core.auth.access.look_up_role(name="a")).parents == frozenset()


@pytest.mark.covers("AUZ-05")
async def test_of_two_edges_that_only_together_form_a_circle_one_is_refused(core: Core) -> None:
    await core.role("a")
    await core.role("b")

    outcomes = await asyncio.gather(core.role("a", parents="b"), core.role("b", parents="a"), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes].count(RoleCycle) == 1
    assert [type(outcome) for outcome in outcomes].count(Role) == 1


@pytest.mark.covers("AUZ-06")
@pytest.mark.parametrize(
    ("mine", "now", "then", "parents", "allowed"),
    [
        ("reports:*", "reports:read", "reports:write", "", True),
        ("*", "reports:read", "*", "admin", True),
        ("reports:read", "reports:read", "reports:write", "", False),
        ("reports:read", "reports:write", "reports:read", "", False),
        ("reports:*", "reports:read", "reports:read", "admin", False),
        ("reports:*", "reports:read", "*", "", False),
        ("reports:*", "", "users:read", "", False),
    ],
)
async def test_nobody_goes_beyond_their_rights_by_changing_a_role(
    core: Core, mine: str, now: str, then: str, *, parents: str, allowed: bool
) -> None:
    await core.role("mine", mine, "roles:write")
    before = await core.role("clerk", *now.split())
    actor, victim = await holding(core, "mine"), await holding(core, "clerk")

    try:
        await core.role("clerk", *then.split(), parents=parents, actor=actor)
    except BeyondYourRights:
        assert not allowed
        assert await core.auth.access.look_up_role(name="clerk") == before
        event = core.all_events()[-1]
        assert (event.kind, event.outcome, event.actor) == (EventKind.ROLE_CHANGE_REFUSED, Outcome.FAILURE, actor.id)
        assert event.details == {"role": "clerk", "reason": "beyond_your_rights"}
    else:
        assert allowed
        assert await may(core, victim, then)


@pytest.mark.covers("AUZ-06")
async def test_nobody_raises_themselves_by_their_own_role(core: Core) -> None:
    await core.role("mine", "roles:write")
    actor = await holding(core, "mine")

    with pytest.raises(BeyondYourRights):
        await core.role("mine", "*", actor=actor)
    with pytest.raises(BeyondYourRights):
        await core.role("mine", "roles:write", parents="admin", actor=actor)

    assert not await may(core, actor, "users:read")


# ---- Deleting


async def test_a_role_that_nobody_needs_is_deleted(core: Core) -> None:
    await core.role("clerk", "reports:read", parents="user")

    await delete(core, "clerk")

    with pytest.raises(RoleNotFound):
        await delete(core, "clerk")
    assert [(event.kind, event.details) for event in core.all_events()[-1:]] == [
        (EventKind.ROLE_DELETED, {"role": "clerk", "permissions": "reports:read", "parents": "user"})
    ]


async def test_a_role_in_use_is_not_deleted(core: Core) -> None:
    await core.role("reader", "reports:read")
    await core.role("clerk", parents="reader")
    user = await holding(core, "clerk")
    await core.disable(user)

    for name in ("reader", "clerk"):
        with pytest.raises(RoleInUse):
            await delete(core, name)

    assert len(await core.auth.access.list_roles()) == 4


@pytest.mark.covers("AUZ-06")
async def test_nobody_deletes_a_role_beyond_their_rights(core: Core) -> None:
    await core.role("mine", "roles:write")
    await core.role("clerk", "reports:read")
    actor = await holding(core, "mine")

    with pytest.raises(BeyondYourRights):
        await delete(core, "clerk", actor=actor)


async def test_an_event_tells_who_changed_a_role_and_how(core: Core) -> None:
    admin = await holding(core, ADMIN.name)

    await core.role("clerk", "b:x", "a:*", parents="user", actor=admin)

    event = core.all_events()[-1]
    assert (event.kind, event.actor, event.subject, event.origin) == (EventKind.ROLE_DEFINED, admin.id, None, HERE)
    assert event.details == {"role": "clerk", "permissions": "a:* b:x", "parents": "user"}
