"""The forms settings are written in: secrets, addresses, lists with commas."""

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Final, cast
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, PlainValidator
from pydantic_settings import NoDecode

from auth_core import Allowance, Redacted

type Network = IPv4Network | IPv6Network

_ORIGIN: Final = re.compile(r"https?://(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")


def _secret(given: object) -> Redacted[str]:
    if isinstance(given, Redacted):
        given = given.reveal()  # pyright: ignore[reportUnknownVariableType] - checked in the next line
    if not isinstance(given, str):
        raise ValueError("must be text")  # noqa: TRY004 - pydantic collects ValueErrors
    return Redacted(given)


def _web_address(address: str) -> str:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        raise ValueError("is not the address of a web site") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not address.isprintable() or " " in address:
        raise ValueError("must be a web address such as https://auth.example.com")
    if parts.username is not None or parts.query or parts.fragment or address.endswith(("?", "#")):
        raise ValueError("must not have a user name, a query or a fragment (RFC 8414 §2)")
    return address


def _networks(why: str) -> Callable[[object], tuple[Network, ...]]:
    """Return what reads a list with commas, and takes a tuple of networks as it is; `why` it takes no names."""

    def read(given: object) -> tuple[Network, ...]:
        members = given.split(",") if isinstance(given, str) else cast("tuple[object, ...]", given)
        try:
            return tuple(ip_network(str(each).strip()) for each in members if str(each).strip())
        except ValueError:
            raise ValueError(
                f"must list addresses or networks such as 10.0.0.7, 10.1.0.0/16 with commas between them: {why}, so "
                "names and * are not taken"
            ) from None

    return read


def _words(given: object) -> tuple[str, ...]:
    """Read a list with commas; a tuple of words is taken as it is."""
    members = given.split(",") if isinstance(given, str) else cast("tuple[object, ...]", given)
    return tuple(word for each in members if (word := str(each).strip()))


def _tries(given: object) -> Allowance:
    return given if isinstance(given, Allowance) else Allowance.parse(str(given))


def _origins(given: object) -> tuple[str, ...]:
    """Read a list with commas; an origin is a scheme, a host and no more (RFC 6454 §6.2)."""
    origins = _words(given)
    for each in origins:
        if _ORIGIN.fullmatch(each) is None or each.endswith({"http:": ":80", "https": ":443"}[each[:5]]):
            raise ValueError(
                "must list origins such as https://app.example.com with commas between them, as browsers write them: "
                "in lower case, without a path or the usual port; * and null are not taken"
            )
    return origins


def _without_last_slash(address: str) -> str:
    return address.removesuffix("/")


Secret = Annotated[Redacted[str], PlainValidator(_secret)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
SiteAddress = Annotated[WebAddress, AfterValidator(_without_last_slash)]
Tries = Annotated[Allowance, NoDecode, PlainValidator(_tries), PlainSerializer(str, return_type=str)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)]
Proxies = Annotated[
    tuple[Network, ...],
    NoDecode,
    BeforeValidator(_networks("whoever is trusted can claim any address for a caller")),
]
Receivers = Annotated[
    tuple[Network, ...], NoDecode, BeforeValidator(_networks("what a name leads to can be another at any time"))
]
