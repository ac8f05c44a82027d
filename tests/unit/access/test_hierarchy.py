"""Roles inherit from each other and never in a circle; what follows from a change is exact, however deep they are."""

import time
from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auth_core import RoleCycle, UnknownParent
from auth_core.access.hierarchy import Roles, allowed_by, path_to, with_role
from auth_core.access.model import ADMIN, EVERYTHING, Role, RoleName, covers, permission, role_name
from auth_core.access.preview import difference

NAMES = [f"r{number}" for number in range(8)]
PERMISSIONS = ["*", "a:*", "a:x", "a:y", "b:*", "b:x"]


def a(name: str, *permissions: str, parents: str = "") -> Role:
    return Role(
        name=role_name(name),
        description="",
        permissions=frozenset(map(permission, permissions)),
        parents=frozenset(map(role_name, parents.split())),
    )


def all_of(*roles: Role) -> Roles:
    """These roles, each defined after the ones before it."""
    known: Roles = {}
    for version, role in enumerate(roles, 1):
        known = with_role(known, role, version=version)
    return known


definitions = st.builds(
    a,
    st.sampled_from(NAMES),
    st.sampled_from(PERMISSIONS),
    st.sampled_from(PERMISSIONS),
    parents=st.lists(st.sampled_from(NAMES), max_size=3).map(" ".join),
)


def try_all(attempted: list[Role]) -> Roles:
    """Define one role after the other, as far as that can be."""
    known: Roles = {}
    for version, role in enumerate(attempted, 1):
        try:
            known = with_role(known, role, version=version)
        except (RoleCycle, UnknownParent):
            continue
    return known


def everything_above(name: str, roles: Mapping[RoleName, Role]) -> set[str]:
    """The role and all it inherits from, found the plainest way; it ends because there is no circle."""
    found = {name}
    for parent in roles[RoleName(name)].parents:
        found |= everything_above(parent, roles)
    return found


@settings(max_examples=60)
@given(st.lists(definitions, max_size=30))
def test_whatever_is_attempted_every_role_allows_its_own_and_what_is_above_it_and_nothing_else(
    attempted: list[Role],
) -> None:
    roles = try_all(attempted)

    for name, role in roles.items():
        above = everything_above(name, roles)
        assert role.allows == {each for other in above for each in roles[RoleName(other)].permissions}
        assert name not in {each for parent in role.parents for each in everything_above(parent, roles)}


@settings(max_examples=60)
@given(st.lists(definitions, max_size=20), definitions)
def test_a_role_has_the_new_version_exactly_when_its_rights_have_changed(attempted: list[Role], new: Role) -> None:
    before = try_all(attempted)
    try:
        after = with_role(before, new, version=1000)
    except (RoleCycle, UnknownParent):
        return

    changed = {name for name, role in after.items() if name not in before or role.allows != before[name].allows}
    assert {name for name, role in after.items() if role.version == 1000} == changed
    assert {name for name in before if name != new.name and after[name] != before[name]} <= {
        name for name in after if new.name in everything_above(name, after)
    }


@settings(max_examples=60)
@given(st.lists(definitions, max_size=20), st.sets(st.sampled_from(NAMES)), st.sampled_from(PERMISSIONS))
def test_there_is_a_path_exactly_when_it_is_allowed_and_every_step_of_it_is_there(
    attempted: list[Role], named: set[str], needed: str
) -> None:
    roles = try_all(attempted)
    held = [name for name in map(RoleName, named) if name in roles]

    path = path_to(needed, held, roles)

    assert bool(path) == covers(allowed_by(held, roles), needed)
    if path:
        assert path[0] in held
        assert all(parent in roles[child].parents for child, parent in pairwise(path))
        assert covers(roles[path[-1]].permissions, needed)


@settings(max_examples=60)
@given(st.lists(definitions, max_size=20), definitions, st.sets(st.sampled_from(NAMES)))
def test_a_preview_says_for_every_right_what_becomes_of_it(attempted: list[Role], new: Role, named: set[str]) -> None:
    before = try_all(attempted)
    try:
        after = with_role(before, new, version=1000)
    except (RoleCycle, UnknownParent):
        return
    held = [name for name in map(RoleName, named) if name in before]

    told = difference(held, before, after)

    had, has = allowed_by(held, before), allowed_by(held, after)
    for each in PERMISSIONS:
        if covers(had, each) and not covers(has, each):
            assert any(covers([lost], each) for lost in told.losses)
        if covers(has, each) and not covers(had, each):
            assert any(covers([gained], each) for gained in told.gains)
    assert all(covers(has, each) and not covers(had, each) for each in told.gains)
    assert all(covers(had, each) and not covers(has, each) for each in told.losses)


@pytest.mark.covers("AUZ-05")
@pytest.mark.parametrize(
    ("known", "new"),
    [
        ([], a("a", parents="a")),
        ([a("a")], a("a", parents="a")),
        ([a("a"), a("b", parents="a")], a("a", parents="b")),
        ([a("a"), a("b", parents="a"), a("c", parents="b")], a("a", parents="c")),
        ([a("a"), a("b", parents="a"), a("c"), a("d", parents="b c")], a("c", parents="d")),
    ],
)
def test_a_circle_is_refused(known: list[Role], new: Role) -> None:
    with pytest.raises(RoleCycle):
        with_role(all_of(*known), new, version=9)


@pytest.mark.covers("AUZ-05")
def test_two_ways_to_the_same_role_are_no_circle() -> None:
    roles = all_of(a("top", "a:x"), a("left", parents="top"), a("right", parents="top"), a("low", parents="left right"))

    assert roles[RoleName("low")].allows == {"a:x"}


@pytest.mark.covers("AUZ-05")
def test_a_thousand_roles_above_each_other_are_worked_out_at_once_and_closed_to_no_circle() -> None:
    names = [f"r{number}" for number in range(1000)]
    chain = {
        RoleName(name): a(name, f"a:p{number}", parents=names[number - 1] if number else "")
        for number, name in enumerate(names)
    }
    roles = {**chain, RoleName("r0"): a("r0")}
    began = time.monotonic()

    after = with_role(roles, a("r0", EVERYTHING), version=2)
    path = path_to("b:x", [RoleName("r999")], after)
    with pytest.raises(RoleCycle):
        with_role(after, a("r0", parents="r999"), version=3)

    assert EVERYTHING in after[RoleName("r999")].allows
    assert (len(path), path[0], path[-1]) == (1000, "r999", "r0")
    assert time.monotonic() - began < 2


def test_a_parent_has_to_be_there() -> None:
    with pytest.raises(UnknownParent):
        with_role({ADMIN.name: ADMIN}, a("a", parents="admin boss"), version=1)
