"""What is needed, and who holds it."""

import pytest

from auth_core import InvalidPermission, PermissionDenied, Principal, Requirement, all_of, any_of
from auth_core.testing import SomeoneSignedIn


def holding(*permissions: str) -> Principal:
    return SomeoneSignedIn(*permissions).principal


@pytest.mark.parametrize(
    ("needed", "enough", "not_enough"),
    [
        (all_of("a:read"), ["a:read"], ["a:write"]),
        (all_of("a:read", "a:write"), ["a:read", "a:write"], ["a:read"]),
        (any_of("a:read", "a:write"), ["a:write"], ["b:write"]),
        (all_of("a:read", any_of("b:x", "b:y")), ["a:read", "b:y"], ["b:x", "b:y"]),
        (all_of(all_of("a:read"), all_of("b:x")), ["a:*", "b:x"], ["a:read"]),
        (all_of("a:*"), ["*"], ["a:read"]),
    ],
)
def test_everything_is_needed_and_of_those_that_stand_together_one(
    needed: Requirement, enough: list[str], not_enough: list[str]
) -> None:
    needed.demand_of(holding(*enough))

    for held in (not_enough, []):
        with pytest.raises(PermissionDenied):
            needed.demand_of(holding(*held))


@pytest.mark.covers("AUZ-08")
@pytest.mark.parametrize(
    "text", ["", "invoices", "invoices:approve ", "Invoices:approve", "*:approve", "inv\u043eices:a"]
)
def test_what_is_no_permission_cannot_be_required(text: str) -> None:
    with pytest.raises(InvalidPermission):
        all_of("a:read", text)
    with pytest.raises(InvalidPermission):
        any_of("a:read", text)


def test_nothing_cannot_be_required() -> None:
    with pytest.raises(ValueError, match="at least one"):
        all_of()
    with pytest.raises(ValueError, match="at least one"):
        any_of()
