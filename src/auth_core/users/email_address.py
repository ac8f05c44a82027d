"""E-mail addresses: what is accepted, and when two spellings are one address.

The local part is a dot-atom of RFC 5321 in ASCII; quoted forms, comments and address literals are refused. The domain
may be written in Unicode or as `xn--…`: it is kept in its ASCII form, so a name has one spelling. Two addresses are
the same account when they differ in case alone; dots and plus-tags are significant, because only the owner of the
domain knows what they mean there.
"""

import re
from dataclasses import dataclass
from typing import Final, NewType, Self

from auth_core.users.errors import InvalidEmail

CanonicalEmail = NewType("CanonicalEmail", str)

_LONGEST: Final = 254
_LONGEST_LOCAL_PART: Final = 64
_LOCAL_PART: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
# The standard library maps these as IDNA 2003 did, the registries have since made names of their own of them (RFC 5894
# §7.2): their owners write the ASCII form.
_DEVIATIONS: Final = frozenset("ßẞς\u200c\u200d")


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An address mail can be sent to. `address` keeps the case its owner writes; `canonical` says which account."""

    address: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an address. Raises: InvalidEmail."""
        text = text.strip()
        if len(text) > _LONGEST:
            raise InvalidEmail
        local_part, at, domain = text.rpartition("@")
        if not at or len(local_part) > _LONGEST_LOCAL_PART or _LOCAL_PART.fullmatch(local_part) is None:
            raise InvalidEmail
        address = f"{local_part}@{_ascii_domain(domain)}"
        if len(address) > _LONGEST:
            raise InvalidEmail
        return cls(address)

    @property
    def canonical(self) -> CanonicalEmail:
        """The form that is unique among accounts. It is ASCII, so lower-casing it has no surprises."""
        return CanonicalEmail(self.address.lower())

    @property
    def local_part(self) -> str:
        """What stands before the @."""
        return self.address.rpartition("@")[0]

    def __str__(self) -> str:
        return self.address


def _ascii_domain(domain: str) -> str:
    if not _DEVIATIONS.isdisjoint(domain):
        raise InvalidEmail
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise InvalidEmail from error
    labels = ascii_domain.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or not all(_LABEL.fullmatch(label) for label in labels):
        raise InvalidEmail
    return ascii_domain
