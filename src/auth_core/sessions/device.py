"""What a session was opened on, in words for people: as its opener tells it, and believed for nothing else."""

import re
import unicodedata
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from auth_core.text import printable

UNKNOWN_DEVICE: Final = "Unknown device"

_LONGEST_NAME: Final = 64
_LONGEST_USER_AGENT: Final = 256

# A browser calls itself by the names of others too; its own comes first here.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("EdgA", "Edge"),
    ("EdgiOS", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Vivaldi", "Vivaldi"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("HeadlessChrome", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
# Phones claim to be like a Mac, and Android is a Linux.
_PLATFORMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
_PRODUCT: Final = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,31}")
_WORD: Final = re.compile(r"[A-Za-z]+")


def device_label(user_agent: str | None) -> str:
    """Return what a client seems to be: `Firefox on Linux`, `Safari on iPhone`, `curl`.

    Any text may be given. What is returned has at most 60 characters: letters, digits, spaces and `.-_`.
    """
    said = (user_agent or "")[:_LONGEST_USER_AGENT]
    words = frozenset(_WORD.findall(said))
    product = _PRODUCT.match(said)
    # Whatever is no browser names itself first. Browsers all begin with Mozilla, and name themselves further on.
    program: str | None = product[0] if product else "Mozilla"
    if program == "Mozilla":
        program = _first_of(_BROWSERS, words)
    platform = _first_of(_PLATFORMS, words)
    return " on ".join(each for each in (program, platform) if each) or UNKNOWN_DEVICE


def device_name(said: str | None) -> str | None:
    """Return the name a person gives a device, cut to 64 characters that can be shown; None when nothing is left."""
    composed = unicodedata.normalize("NFC", (said or "")[: 4 * _LONGEST_NAME])
    return printable(composed).strip()[:_LONGEST_NAME].rstrip() or None


def network_of(address: str | None) -> str | None:
    """Return the network around an address, as wide as a household or an office; None for what is no IP address.

    A provider moves its customers about within 256 addresses of version 4, and gives them 2^80 of version 6.
    """
    try:
        ip = ip_address(address or "")
    except ValueError:
        return None
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is None:
            return str(IPv6Network((int(ip), 48), strict=False))
        ip = ip.ipv4_mapped
    return str(IPv4Network((int(ip), 24), strict=False))


def _first_of(names: Iterable[tuple[str, str]], words: frozenset[str]) -> str | None:
    return next((shown for said, shown in names if said in words), None)
