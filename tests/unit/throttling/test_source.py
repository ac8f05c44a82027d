"""One place in the network is one place, however its address is written."""

import pytest

from auth_core.throttling.source import Source


@pytest.mark.covers("THR-04", "THR-05")
@pytest.mark.parametrize(
    ("address", "narrow", "wide"),
    [
        ("192.0.2.1", "192.0.2.1", None),
        ("::ffff:192.0.2.1", "192.0.2.1", None),
        ("::ffff:c000:201%eth0", "192.0.2.1", None),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("2001:DB8:1:2:ffff:ffff:ffff:ffff%eth0", "2001:db8:1:2::/64", "2001:db8:1::/48"),
    ],
)
def test_an_address_is_a_place(address: str, narrow: str, wide: str | None) -> None:
    assert Source.of(address) == Source(narrow, wide)


@pytest.mark.covers("THR-15")
def test_whatever_cannot_be_read_is_one_place() -> None:
    nonsense = ("", "unknown", "192.0.2.1:443", "192.0.2.01", "1.2.3", "[::1]", "a" * 64, "\u0661.1.1.1", "%")

    assert {Source.of(each) for each in nonsense} == {Source("unreadable")}


def test_without_an_address_there_is_no_place() -> None:
    assert Source.of(None) is None
