"""The notation hashes are kept and exchanged in: `$scheme$name=value,…$salt$key`, as PHC strings are."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from auth_adapters.foreign_hashes.limits import LONGEST_TEXT, malformed

_NAME: Final = re.compile(r"[a-z0-9-]{1,32}", re.ASCII)
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Phc:
    """A hash in parts. `salt` and `key` are bytes; `parameters` stay in their order."""

    scheme: str
    parameters: Mapping[str, str]
    salt: bytes = field(repr=False)
    key: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take a text apart. Raises: Rejected."""
        parts = text.split("$") if len(text) <= LONGEST_TEXT else []
        if len(parts) != 5 or parts[0] or not _NAME.fullmatch(parts[1]):
            raise malformed("PHC")
        _, scheme, listed, salt, key = parts
        return cls(scheme, _parameters(listed, scheme), bytes_of(salt, scheme=scheme), bytes_of(key, scheme=scheme))

    def number(self, name: str) -> int:
        """Return the parameter `name`, which is a number that is not negative. Raises: Rejected."""
        text = self.parameters.get(name, "")
        if not _NUMBER.fullmatch(text):
            raise malformed(self.scheme)
        return int(text)

    def text(self, name: str) -> str:
        """Return the parameter `name`. Raises: Rejected."""
        try:
            return self.parameters[name]
        except KeyError:
            raise malformed(self.scheme) from None

    def __str__(self) -> str:
        listed = ",".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"${self.scheme}${listed}${text_of(self.salt)}${text_of(self.key)}"


def text_of(data: bytes) -> str:
    """Return base64 without padding, as PHC strings have it."""
    return base64.b64encode(data).decode("ascii").rstrip("=")


def bytes_of(text: str, *, scheme: str) -> bytes:
    """Read base64 of either alphabet, with padding or without. Raises: Rejected."""
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise malformed(scheme) from None


def _parameters(listed: str, scheme: str) -> Mapping[str, str]:
    pairs = [each.partition("=") for each in listed.split(",")] if listed else []
    if not all(name and equals for name, equals, _ in pairs):
        raise malformed(scheme)
    parameters = {name: value for name, _, value in pairs}
    if len(parameters) != len(pairs):
        raise malformed(scheme)
    return parameters
