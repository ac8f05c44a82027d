"""What a session was opened on, in words for people."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth_core.sessions.device import UNKNOWN_DEVICE, device_label, device_name, network_of

ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
LINUX = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:124.0) Gecko/20100101 Firefox/124.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:124.0) Gecko/124.0 Firefox/124.0", "Firefox on Android"),
        (f"{IPHONE} FxiOS/124.0 Mobile/15E148 Safari/605.1.15", "Firefox on iPhone"),
        (f"{IPHONE} Version/17.4 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (f"{IPHONE} CriOS/123.0.6312.52 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        (f"{IPHONE} Mobile/15E148", "iPhone"),
        ("Mozilla/5.0 (iPad; CPU OS 12_2 like Mac OS X) Version/12.1 Mobile/15E148 Safari/604.1", "Safari on iPad"),
        (f"{MAC} Version/17.4 Safari/605.1.15", "Safari on Mac"),
        (f"{WINDOWS} Chrome/123.0.0.0 Safari/537.36", "Chrome on Windows"),
        (f"{WINDOWS} Chrome/123.0.0.0 Safari/537.36 Edg/123.0.2420.65", "Edge on Windows"),
        (f"{WINDOWS} Chrome/122.0.0.0 Safari/537.36 OPR/108.0.0.0", "Opera on Windows"),
        (f"{ANDROID} SamsungBrowser/24.0 Chrome/117.0.0.0 Mobile Safari/537.36", "Samsung Internet on Android"),
        (f"{LINUX} Chrome/123.0.0.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/123.0.0.0 Safari/537.36", "Chrome on ChromeOS"),
        ("curl/8.5.0", "curl"),
        ("python-httpx/0.27.0", "python-httpx"),
        ("okhttp/4.12.0", "okhttp"),
        ("Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7)", "Dalvik on Android"),
        ("Bank/3.1 (iPhone; iOS 17.4; Scale/3.00)", "Bank on iPhone"),
        ("Mozilla/5.0", UNKNOWN_DEVICE),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", UNKNOWN_DEVICE),
        ("\u6797/1.0", UNKNOWN_DEVICE),
        ("", UNKNOWN_DEVICE),
        (None, UNKNOWN_DEVICE),
    ],
)
def test_a_client_is_called_what_people_call_it(user_agent: str | None, label: str) -> None:
    assert device_label(user_agent) == label


@pytest.mark.covers("SES-08")
@pytest.mark.parametrize(
    "user_agent",
    [
        "<script>alert(1)</script>",
        "Firefox<img src=x onerror=alert(1)>",
        "curl\r\nSet-Cookie: a=b",
        "curl\x00\x1b[31m\u202e",
        "'; DROP TABLE sessions; --",
        "x" * 100_000,
        "(" * 100_000,
        "Mozilla/5.0 (" + "iPhone " * 50_000,
        "\ud800",
    ],
)
def test_a_hostile_client_is_called_something_harmless(user_agent: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9 ._-]{1,60}", device_label(user_agent))


@pytest.mark.covers("SES-08")
@given(
    st.text()
    | st.lists(st.sampled_from(["Mozilla/5.0", "Edg", "iPhone", "Linux", "/", " ", "(", "x" * 40, "\x00"])).map("".join)
)
def test_whatever_a_client_says_it_is_called_something_short_and_harmless(user_agent: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9 ._-]{1,60}", device_label(user_agent))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("  Ada's  phone ", "Ada's  phone"),
        ("Jose\u0301s \U0001f4f1", "Jos\u00e9s \U0001f4f1"),
        ("<b>laptop</b>", "<b>laptop</b>"),
        ("lap\x00top\r\n\u202e", "laptop"),
        ("x" * 63 + "  y", "x" * 63),
        ("x" * 100_000, "x" * 64),
        (" \x00 ", None),
        ("\ud800", None),
        ("", None),
        (None, None),
    ],
)
def test_the_name_a_person_gives_is_kept_as_far_as_it_can_be_shown(said: str | None, name: str | None) -> None:
    assert device_name(said) == name


@pytest.mark.covers("SES-08")
@given(st.text(max_size=600))
def test_no_name_is_long_or_cannot_be_stored(said: str) -> None:
    name = device_name(said)

    assert name is None or (0 < len(name) <= 64 and "\x00" not in name and name.encode() and name == name.strip())


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("192.0.2.255", "192.0.2.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("2001:db8:1:ffff::", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("::1", "::/48"),
        ("192.0.2", None),
        ("192.0.2.0/24", None),
        ("192.0.2.07", None),
        ("testclient", None),
        ("", None),
        (None, None),
    ],
)
def test_the_network_of_an_address_is_that_of_a_household(address: str | None, network: str | None) -> None:
    assert network_of(address) == network


@given(st.text(max_size=64) | st.ip_addresses().map(str))
def test_any_text_may_be_an_address(address: str) -> None:
    network = network_of(address)

    assert network is None or network.endswith(("/24", "/48"))
