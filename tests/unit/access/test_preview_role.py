"""Who would gain and lose what is told before it is done."""

import pytest

from auth_core import RoleCycle, UnknownParent
from auth_core.access.preview import Difference, RolePreview
from auth_core.ids import UserId
from auth_core.users.model import User
from tests.unit.core_in_memory import SECOND, Core


async def holding(core: Core, *roles: str) -> User:
    user = await core.register()
    await core.assign(user, *roles)
    return user


async def preview(
    core: Core, name: str, *permissions: str, parents: str = "", after: UserId | None = None, limit: int = 50
) -> RolePreview:
    return await core.auth.access.preview_role(
        name=name, permissions=permissions, parents=parents.split(), after=after, limit=limit
    )


def changes(gains: str = "", losses: str = "") -> Difference:
    return Difference(gains=tuple(gains.split()), losses=tuple(losses.split()))  # type: ignore[arg-type]  # names of permissions


@pytest.fixture
async def office(core: Core) -> dict[str, User]:
    """Readers, clerks who inherit from them, a reader who may read by another role too, and a bystander."""
    await core.role("reader", "invoices:read")
    await core.role("clerk", "invoices:write", parents="reader")
    await core.role("auditor", "invoices:*")
    held = {"ada": ["reader"], "bob": ["clerk"], "cy": ["reader", "auditor"], "dee": ["auditor"], "eve": ["reader"]}
    people: dict[str, User] = {}
    for name, roles in held.items():
        core.clock.advance(SECOND)  # people are told in the order in which they came
        people[name] = await holding(core, *roles)
    return people


async def test_it_names_everybody_whose_rights_would_change_and_nobody_else(
    core: Core, office: dict[str, User]
) -> None:
    told = await preview(core, "reader", "reports:read")

    assert (told.users_who_gain, told.users_who_lose) == (4, 3)
    assert [(group.roles, group.users, group.difference) for group in told.groups] == [
        (("reader",), 2, changes("reports:read", "invoices:read")),
        (("auditor", "reader"), 1, changes("reports:read")),
        (("clerk",), 1, changes("reports:read", "invoices:read")),
    ]
    assert [(each.user_id, each.email) for each in told.users] == [
        (office[name].id, office[name].email.address) for name in ("ada", "bob", "cy", "eve")
    ]
    assert told.users[2].difference == changes("reports:read")
    assert told.users[2].roles == ("auditor", "reader", "user"), "of a person everything is told that they hold"


async def test_nothing_is_done(core: Core, office: dict[str, User]) -> None:
    before = core.store.committed.copy()

    await preview(core, "reader", "reports:read")

    assert core.store.committed == before
    assert office


async def test_what_is_told_is_what_then_happens(core: Core, office: dict[str, User]) -> None:
    async def permissions() -> dict[UserId, set[str]]:
        return {
            user.id: set((await core.auth.users.look_up(user_id=user.id)).principal.permissions)
            for user in office.values()
        }

    before, told = await permissions(), await preview(core, "reader", "reports:read", "*")

    await core.role("reader", "reports:read", "*")

    after = await permissions()
    assert {each.user_id for each in told.users} == {user for user in before if before[user] != after[user]}
    assert all("*" in each.difference.gains and "*" in after[each.user_id] for each in told.users)


async def test_what_is_covered_by_something_wider_is_no_change(core: Core, office: dict[str, User]) -> None:
    told = await preview(core, "reader", "invoices:*")

    assert {each.user_id for each in told.users} == {office[name].id for name in ("ada", "bob", "eve")}
    assert told.users_who_lose == 0


async def test_people_come_in_pages_and_numbers_are_always_whole(core: Core, office: dict[str, User]) -> None:
    first = await preview(core, "reader", "reports:read", limit=3)
    second = await preview(core, "reader", "reports:read", after=first.next, limit=3)

    assert [len(page.users) for page in (first, second)] == [3, 1]
    assert second.next is None
    assert first.users_who_gain == second.users_who_gain == 4
    assert {each.user_id for page in (first, second) for each in page.users} == {
        office[name].id for name in ("ada", "bob", "cy", "eve")
    }


async def test_a_page_is_full_of_people_whose_rights_change(core: Core, office: dict[str, User]) -> None:
    await holding(core, "reader", "auditor")  # before the next one, and nothing changes for them
    core.clock.advance(SECOND)
    last = await holding(core, "reader")

    first = await preview(core, "reader", "invoices:*", limit=2)
    second = await preview(core, "reader", "invoices:*", after=first.next, limit=2)

    assert [each.user_id for each in first.users] == [office["ada"].id, office["bob"].id]
    assert [each.user_id for each in second.users] == [office["eve"].id, last.id]
    assert second.next is None


async def test_a_role_by_which_one_may_do_the_same_matters_however_it_comes_to_allow_it(core: Core) -> None:
    await core.role("base", "invoices:read")
    await core.role("heir", parents="base")
    await core.role("reader", "invoices:read")
    for other in ("admin", "heir"):
        await holding(core, "reader", other)
    alone = await holding(core, "reader")

    told = await preview(core, "reader")

    assert [each.user_id for each in told.users] == [alone.id]
    assert told.users_who_lose == 1


async def test_the_disabled_count_too(core: Core, office: dict[str, User]) -> None:
    await core.disable(office["ada"])

    assert (await preview(core, "reader", "reports:read")).users_who_gain == 4


@pytest.mark.parametrize(("name", "permissions"), [("new", ["*"]), ("reader", ["invoices:read"])])
async def test_what_changes_nothing_concerns_nobody(
    core: Core, office: dict[str, User], name: str, permissions: list[str]
) -> None:
    told = await preview(core, name, *permissions)

    assert (told.users_who_gain, told.users_who_lose, list(told.groups), list(told.users)) == (0, 0, [], [])
    assert office


async def test_what_could_not_be_saved_is_refused(core: Core, office: dict[str, User]) -> None:
    with pytest.raises(RoleCycle):
        await preview(core, "reader", parents="clerk")
    with pytest.raises(UnknownParent):
        await preview(core, "reader", parents="boss")
    assert office
