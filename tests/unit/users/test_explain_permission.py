"""Why may somebody do something? The path through roles is named, or what is missing."""

from uuid import uuid4

import pytest

from auth_core import InvalidPermission, UserNotFound
from auth_core.ids import UserId
from auth_core.users.model import User
from tests.unit.core_in_memory import Core


@pytest.fixture
async def user(core: Core) -> User:
    """A head of clerks: head inherits from clerk, clerk from reader."""
    await core.role("reader", "invoices:read")
    await core.role("clerk", "invoices:write", parents="reader")
    await core.role("head", "reports:*", parents="clerk")
    await core.role("approver", "invoices:approve")
    await core.role("boss", parents="approver")
    user = await core.register()
    await core.assign(user, "head")
    return user


@pytest.mark.parametrize(
    ("needed", "path", "granted"),
    [
        ("invoices:read", ("head", "clerk", "reader"), "invoices:read"),
        ("invoices:write", ("head", "clerk"), "invoices:write"),
        ("reports:read", ("head",), "reports:*"),
        ("reports:*", ("head",), "reports:*"),
    ],
)
async def test_the_path_leads_from_a_role_held_to_the_one_that_grants_it(
    core: Core, user: User, needed: str, path: tuple[str, ...], granted: str
) -> None:
    told = await core.auth.users.explain_permission(user_id=user.id, permission=needed)

    assert (told.allowed, told.path, told.granted, told.missing) == (True, path, granted, ())


async def test_without_a_path_the_roles_that_would_give_it_are_named(core: Core, user: User) -> None:
    told = await core.auth.users.explain_permission(user_id=user.id, permission="invoices:approve")

    assert (told.allowed, told.path, told.granted) == (False, (), None)
    assert told.held == ("head", "user")
    assert told.missing == ("admin", "approver", "boss")


async def test_what_no_role_gives_but_everything_is_missing_but_for_that(core: Core, user: User) -> None:
    told = await core.auth.users.explain_permission(user_id=user.id, permission="rockets:launch")

    assert told.missing == ("admin",)


async def test_whoever_is_disabled_may_do_nothing_whatever_their_roles_say(core: Core, user: User) -> None:
    await core.disable(user)

    told = await core.auth.users.explain_permission(user_id=user.id, permission="invoices:read")

    assert (told.allowed, told.active, told.path) == (False, False, ("head", "clerk", "reader"))


async def test_of_several_paths_a_shortest_is_told_and_always_the_same(core: Core, user: User) -> None:
    await core.role("z-reader", "invoices:read")
    await core.role("a-reader", "invoices:read")
    await core.assign(user, "z-reader", "a-reader")

    told = await core.auth.users.explain_permission(user_id=user.id, permission="invoices:read")

    assert told.path == ("a-reader",)


async def test_the_explanation_agrees_with_the_decision(core: Core, user: User) -> None:
    principal = (await core.auth.users.look_up(user_id=user.id)).principal

    for needed in ("invoices:read", "invoices:approve", "reports:x", "invoices:*", "*"):
        told = await core.auth.users.explain_permission(user_id=user.id, permission=needed)
        assert told.allowed == principal.may(needed)


async def test_nobody_and_nonsense_are_not_explained(core: Core, user: User) -> None:
    with pytest.raises(UserNotFound):
        await core.auth.users.explain_permission(user_id=UserId(uuid4()), permission="invoices:read")
    with pytest.raises(InvalidPermission):
        await core.auth.users.explain_permission(user_id=user.id, permission="invoices")


async def test_the_roles_of_a_user_are_listed_whatever_their_status(core: Core, user: User) -> None:
    await core.disable(user)

    assert [each.role for each in await core.auth.users.list_roles(user_id=user.id)] == ["head", "user"]
    with pytest.raises(UserNotFound):
        await core.auth.users.list_roles(user_id=UserId(uuid4()))
