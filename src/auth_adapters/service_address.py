"""Where the service is, for those who talk to it over the network."""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

_SCHEMES: Final = ("https", "http")


def checked(address: str, *, unsafe_plain_http: bool = False) -> str:
    """Return the address without a slash at its end.

    It has to be https unless it is of this machine: whoever can read along can sign in as everybody, and whoever can
    write can name keys of their own. `unsafe_plain_http` is for a network that protects what it carries by itself.
    Raises: ValueError.
    """
    parts = urlsplit(address)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise ValueError("the address of the service begins with https:// and names a host")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("the address of the service holds no credentials, no query and no fragment")
    if parts.scheme == "http" and not unsafe_plain_http and not is_of_this_machine(address):
        raise ValueError("the address of the service is to be https, or everybody on the way can read and write along")
    return address.rstrip("/")


def is_of_this_machine(address: str) -> bool:
    """Say whether what is sent there never leaves this machine."""
    host = urlsplit(address).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
