"""Where the service may be."""

import pytest

from auth_adapters.service_address import checked, is_of_this_machine


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("https://auth.example.com", "https://auth.example.com"),
        ("https://auth.example.com/", "https://auth.example.com"),
        ("https://example.com/auth/", "https://example.com/auth"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.8.8.8", "http://127.8.8.8"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://auth.localhost", "http://auth.localhost"),
    ],
)
def test_https_and_this_machine_are_taken(given: str, taken: str) -> None:
    assert checked(given) == taken


@pytest.mark.parametrize(
    "given",
    [
        "",
        "auth.example.com",
        "//auth.example.com",
        "https://",
        "ftp://auth.example.com",
        "file:///etc/passwd",
        "http://auth.example.com",
        "http://10.0.0.1",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "https://user@auth.example.com",
        "https://user:password@auth.example.com",
        "https://auth.example.com?x=1",
        "https://auth.example.com#x",
    ],
)
def test_whatever_others_could_speak_for_is_refused_and_not_repeated(given: str) -> None:
    with pytest.raises(ValueError, match="address of the service") as refused:
        checked(given)

    assert "password" not in str(refused.value)


def test_plain_http_elsewhere_has_to_be_spelled() -> None:
    assert checked("http://auth.internal", unsafe_plain_http=True) == "http://auth.internal"
    assert not is_of_this_machine("http://auth.internal")
