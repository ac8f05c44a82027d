"""Signing keys and their life: next, active, retired, gone; or revoked, whenever that was.

A key carries the moment from which it signs, and that of its revocation if there was one; everything else follows from
the clock. No state is stored, so no process has to move a key from one state to the next, and all of them agree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from auth_core.redacted import Redacted

KeyId = NewType("KeyId", str)
"""The thumbprint of the public key (RFC 7638)."""


class Algorithm(StrEnum):
    """How tokens are signed (RFC 7518 §3.1, RFC 8037 §3.1)."""

    ES256 = "ES256"
    RS256 = "RS256"
    EDDSA = "EdDSA"
    """With Ed25519, the one curve that everybody has."""
    HS256 = "HS256"

    @property
    def has_public_half(self) -> bool:
        """Whether others can check a signature without being able to make one."""
        return self is not Algorithm.HS256


class KeyState(StrEnum):
    """Where a key is in its life."""

    NEXT = "next"
    ACTIVE = "active"
    RETIRED = "retired"
    GONE = "gone"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMaterial:
    """A key fresh from its maker; the private half is sealed, and only the signer can open it.

    `public_jwk` tells operators what key it is. What is published follows from the private half (`KeyMaker`).
    """

    kid: KeyId
    algorithm: Algorithm
    public_jwk: Mapping[str, str]
    sealed_private_key: Redacted[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A key of the service. Keys are numbered without gaps, so that of two rotations at once one is refused."""

    number: int
    material: KeyMaterial
    created_at: datetime
    signs_from: datetime
    revoked_at: datetime | None = None

    @property
    def kid(self) -> KeyId:
        """The key's name in token headers."""
        return self.material.kid


def state_of(key: SigningKey, keys: Sequence[SigningKey], *, now: datetime, retirement: timedelta) -> KeyState:
    """Say where `key` is in its life, given all `keys` and how long a key is kept after it was replaced.

    A revocation needs no clock: it is in force for whoever knows of it.
    """
    if key.revoked_at is not None:
        return KeyState.REVOKED
    if key.signs_from > now:
        return KeyState.NEXT
    replaced_at = min(
        (each.signs_from for each in keys if each.number > key.number and _has_signed(each, now)), default=None
    )
    if replaced_at is None:
        return KeyState.ACTIVE
    return KeyState.RETIRED if now < replaced_at + retirement else KeyState.GONE


def is_forgettable(key: SigningKey, keys: Sequence[SigningKey], *, now: datetime, retirement: timedelta) -> bool:
    """Say whether nothing relies on `key` any more: no token it has signed, nor who must learn that it was revoked."""
    if key.revoked_at is not None:
        return now >= key.revoked_at + retirement
    return state_of(key, keys, now=now, retirement=retirement) is KeyState.GONE


def _has_signed(key: SigningKey, now: datetime) -> bool:
    """Whether the key took over from those before it; one that was revoked while it waited never did."""
    return key.signs_from <= now and (key.revoked_at is None or key.signs_from < key.revoked_at)
