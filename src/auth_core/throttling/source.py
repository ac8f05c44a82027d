"""Places in the network, as attempts are counted by them."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

_NARROW: Final = 64
_WIDE: Final = 48
_UNREADABLE: Final = "unreadable"


@dataclass(frozen=True, slots=True)
class Source:
    """A place: `narrow` is one subscriber's, `wide` what may be one site's and is counted more softly.

    One IPv4 address is one place, however it is written. Of IPv6 a subscriber has a /64 at least, and a site up to a
    /48 (RFC 6177), in which every address is theirs to choose.
    """

    narrow: str
    wide: str | None = None

    @classmethod
    def of(cls, address: str | None) -> "Source | None":
        """Return the place of an address as the server tells it; None when it tells none.

        Whatever cannot be read is one place: nobody gets a budget of their own by writing nonsense.
        """
        if address is None:
            return None
        try:
            known = ip_address(address.partition("%")[0])
        except ValueError:
            return cls(_UNREADABLE)
        if isinstance(known, IPv6Address):
            known = known.ipv4_mapped or known
        if isinstance(known, IPv4Address):
            return cls(str(known))
        return cls(_network(known, _NARROW), _network(known, _WIDE))


def _network(address: IPv6Address, length: int) -> str:
    return str(IPv6Network((int(address), length), strict=False))
