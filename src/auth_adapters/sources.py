"""Who is one source of requests: an address of version 4, or what a provider gives one customer of version 6."""

from ipaddress import IPv6Address, IPv6Network, ip_address


def source_of(address: str | None) -> str | None:
    """Return the source an address belongs to; None for what is no IP address.

    A single customer has 2^64 addresses of version 6 and more, so those of one /64 are one source. An address of
    version 4 that is written in version 6 is the one it stands for.
    """
    try:
        ip = ip_address(address or "")
    except ValueError:
        return None
    if not isinstance(ip, IPv6Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(IPv6Network((int(ip) >> 64 << 64, 64)))
