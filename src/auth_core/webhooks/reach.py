"""Which addresses webhooks may be sent to: those of the public internet, and what an operator has named.

Whoever may write a webhook chooses where this service connects to, from inside its own network (server-side request
forgery, CWE-918). So the address that is connected to is judged, not the name it was found by.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from auth_core.webhooks.errors import InvalidWebhookUrl

_LONGEST: Final = 2000
_NAT64: Final = IPv6Network("64:ff9b::/96")
_IPV4_COMPATIBLE: Final = IPv6Network("::/96")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """`networks` may be sent to although they are not public; `unsafe_http` admits addresses without encryption."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    unsafe_http: bool = False

    def admits(self, address: IPv4Address | IPv6Address) -> bool:
        """Say whether something may be sent to this address, whatever way of writing it leads to the same machine."""
        return all(_is_public(each) or any(each in network for network in self.networks) for each in _meant_by(address))

    def read(self, url: str) -> str:
        """Return the address of a receiver as it is kept. Raises: InvalidWebhookUrl.

        A name may lead anywhere, now or later: where it does is looked at whenever something is sent.
        """
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            raise InvalidWebhookUrl from None
        schemes = ("https", "http") if self.unsafe_http else ("https",)
        if (
            parts.scheme not in schemes
            or not host
            or parts.username is not None
            or "#" in url
            or len(url) > _LONGEST
            or not url.isascii()
            or not url.isprintable()
            or any(letter in url for letter in ' \\<>"^`{|}')
        ):
            raise InvalidWebhookUrl
        try:
            literal = ip_address(host.partition("%")[0])
        except ValueError:
            return url
        if not self.admits(literal):
            raise InvalidWebhookUrl
        return url


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or (isinstance(address, IPv6Address) and address.is_site_local)
    )


def _meant_by(address: IPv4Address | IPv6Address) -> tuple[IPv4Address | IPv6Address, ...]:
    """Return the addresses to which something sent to `address` may come: those inside it, where it holds any."""
    if isinstance(address, IPv4Address):
        return (address,)
    inside = IPv4Address(int(address) & 0xFFFFFFFF)
    if address.ipv4_mapped is not None or address in _NAT64:
        return (inside,)
    tunnelled = [each for each in (address.sixtofour, *(address.teredo or ())) if each is not None]
    if address in _IPV4_COMPATIBLE and int(address) > 1:
        tunnelled.append(inside)
    return (address, *tunnelled)
