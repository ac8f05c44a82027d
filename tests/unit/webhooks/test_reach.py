"""Where webhooks may be sent: to public addresses, and where an operator lets them."""

from ipaddress import ip_address, ip_network

import pytest

from auth_core.webhooks.errors import InvalidWebhookUrl
from auth_core.webhooks.reach import Reach

PUBLIC = Reach()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "::127.0.0.1",
    ],
)
def test_no_address_of_a_private_network_is_admitted_however_it_is_written(address: str) -> None:
    assert not PUBLIC.admits(ip_address(address))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_public_addresses_are_admitted(address: str) -> None:
    assert PUBLIC.admits(ip_address(address))


def test_an_operator_may_admit_a_network_and_admits_nothing_else() -> None:
    reach = Reach(networks=(ip_network("10.1.0.0/16"),))

    assert reach.admits(ip_address("10.1.2.3"))
    assert reach.admits(ip_address("::ffff:10.1.2.3"))
    assert not reach.admits(ip_address("10.2.0.1"))
    assert not reach.admits(ip_address("::1"))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "https://",
        "https:///hooks",
        "https://user@example.com/",
        "https://example.com/#part",
        "https://example.com/ hooks",
        "https://example.com/ö",
        "https://example.com:port/",
        "https://example.com/\r\nHost: other",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://[fe80::1%25eth0]/",
        "https://example.com\\@10.0.0.1/",
        "https://example.com/" + "a" * 2000,
    ],
)
def test_an_address_that_cannot_be_one_of_a_receiver_is_refused(url: str) -> None:
    with pytest.raises(InvalidWebhookUrl):
        PUBLIC.read(url)


def test_an_address_is_kept_as_it_was_given() -> None:
    for url in ("https://example.com", "https://example.com:8443/a/b?c=d%20e", "https://[2606:2800:220:1::1]/x"):
        assert PUBLIC.read(url) == url
    assert Reach(unsafe_http=True).read("http://localhost:8000/") == "http://localhost:8000/"
