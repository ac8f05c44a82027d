"""A service client: another service, as far as it may ask us something."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from auth_core.access.model import Permission
from auth_core.ids import ClientId
from auth_core.oauth.client_secret import SecretDigest
from auth_core.oauth.errors import InvalidClientName, UnknownClientPermission
from auth_core.redacted import Redacted

ClientName = NewType("ClientName", str)

# Shorter than an id is: where either may be given, nobody can mistake one for the other.
_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}", re.ASCII)


def client_name(text: str) -> ClientName:
    """Read the name of a client: lower-case ASCII, digits, `-` and `_`, a letter first. Raises: InvalidClientName."""
    if _NAME.fullmatch(text) is None:
        raise InvalidClientName
    return ClientName(text)


class ClientPermission(StrEnum):
    """What a client may be let do. It may do none of this unless it was given the permission."""

    INTROSPECT = "tokens:introspect"
    """Ask whether a token is good, and whose it is (RFC 7662)."""
    REVOKE = "tokens:revoke"
    """End the session of a token it holds (RFC 7009)."""
    FOLLOW = "revocations:read"
    """Be told what was revoked."""


def client_permissions(texts: Iterable[str]) -> frozenset[ClientPermission]:
    """Read what a client is to be given. Raises: UnknownClientPermission."""
    try:
        return frozenset(ClientPermission(each) for each in texts)
    except ValueError as error:
        raise UnknownClientPermission from error


MOST_REPLACED: Final = 3
"""So many replaced secrets of a client are kept; one that was replaced before them is void."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacedSecret:
    """What is kept of a secret that another has taken the place of; it stays good until the moment it was given then.

    There may be several: whoever rotates once more, because the answer got lost, must not shut out the service that
    still uses the one before.
    """

    digest: SecretDigest = field(repr=False)
    good_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceClient:
    """Another service. Its name is for people and does not change; of its secrets only digests are kept.

    `replaced` has the secret that was replaced last first.
    """

    id: ClientId
    name: ClientName
    permissions: frozenset[ClientPermission]
    created_at: datetime
    disabled_at: datetime | None = None
    digest: SecretDigest = field(repr=False)
    secret_made_at: datetime
    replaced: tuple[ReplacedSecret, ...] = ()

    @property
    def rights(self) -> frozenset[Permission]:
        """What the client may do, as rights of whoever lets it."""
        return frozenset(map(Permission, self.permissions))

    def may(self, needed: ClientPermission) -> bool:
        """Say whether the client was given this permission."""
        return needed in self.permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCredentials:
    """What a caller says to be: a client id, not read yet, and the secret that is to prove it."""

    client_id: str
    secret: Redacted[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedSecret:
    """A client, and its new secret, which nobody can ever be told again."""

    client: ServiceClient
    secret: Redacted[str]
