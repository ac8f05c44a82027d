"""Who may do what."""

import pytest

from auth_core import InvalidPermission, InvalidRoleName, Principal
from auth_core.access.model import ADMIN, USER, Permission, Role, RoleName, permission, principal, role_name
from auth_core.testing import a_user


def holding(*permissions: str) -> Principal:
    role = Role(name=RoleName("some"), description="", permissions=frozenset(map(Permission, permissions)))
    return principal(a_user().id, 0, [role])


@pytest.mark.parametrize(
    ("held", "needed", "allowed"),
    [
        ("users:read", "users:read", True),
        ("users:read", "users:write", False),
        ("users:read", "user:read", False),
        ("users:read", "users:rea", False),
        ("users:*", "users:read", True),
        ("users:*", "users:*", True),
        ("users:*", "users2:read", False),
        ("users:*", "*", False),
        ("users:read", "users:*", False),
        ("*", "users:read", True),
        ("*", "*", True),
        ("users:read", "", False),
        ("users:read", "users", False),
    ],
)
def test_a_permission_covers_itself_its_area_or_everything(held: str, needed: str, *, allowed: bool) -> None:
    assert holding(held).may(needed) is allowed


def test_nobody_may_do_anything_without_a_permission() -> None:
    assert not principal(a_user().id, 0, [USER]).may("users:read")
    assert not principal(a_user().id, 0, []).may("*")


def test_equal_rights_are_equal_values() -> None:
    user = a_user()

    assert principal(user.id, 0, [USER, ADMIN]) == principal(user.id, 0, [ADMIN, USER])


@pytest.mark.parametrize(
    "text", ["*", "users:read", "users:*", "a:b", "audit-log:read_all2", "a" * 63 + ":" + "b" * 63]
)
def test_a_permission_is_an_area_and_an_action(text: str) -> None:
    assert permission(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "users",
        ":read",
        "users:",
        "*:read",
        "**",
        "users:read:all",
        "Users:read",
        "users: read",
        "users:read\n",
        "\u00fcsers:read",
        "1users:read",
        "a" * 64 + ":b",
        "users:re*",
    ],
)
def test_what_is_no_permission_is_refused(text: str) -> None:
    with pytest.raises(InvalidPermission):
        permission(text)


@pytest.mark.parametrize("text", ["admin", "a", "site-admin_2", "a" * 63])
def test_a_role_has_a_plain_name(text: str) -> None:
    assert role_name(text) == text


@pytest.mark.parametrize("text", ["", "Admin", "-a", "1a", "a b", "a\n", "\u0430dmin", "a" * 64, "a;b"])
def test_what_cannot_name_a_role_is_refused(text: str) -> None:
    with pytest.raises(InvalidRoleName):
        role_name(text)
