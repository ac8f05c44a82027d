"""A password as it is kept, and what comparing with it tells."""

from dataclasses import dataclass
from typing import NewType

from auth_core.ids import UserId
from auth_core.redacted import Redacted

PasswordHash = NewType("PasswordHash", Redacted[str])
"""Whatever the hasher made of a password; only the hasher can read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPassword:
    """A user's password. `version` counts its changes; hashing the same password anew is no change.

    With `must_change` it is good for one thing: to choose another one.
    """

    user_id: UserId
    hash: PasswordHash
    version: int
    must_change: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What comparing a password with a stored hash told.

    `stale` asks for a new hash of the same password (an older cost, scheme or pepper); it is only ever set when the
    password matches. `unreadable` says the stored hash is broken: no match, and somebody should look.
    """

    matches: bool
    stale: bool = False
    unreadable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedHash:
    """What is known of a hash from another system before it is taken in: its scheme, and whether that costs a hash."""

    scheme: str
    costs_a_hash: bool
