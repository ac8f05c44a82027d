"""Identities: UUIDs of version 7 (RFC 9562 §5.7), which sort by the time they were made and never repeat."""

from dataclasses import dataclass
from typing import NewType
from uuid import UUID

from auth_core.clock import Clock
from auth_core.entropy import Entropy

UserId = NewType("UserId", UUID)
SessionId = NewType("SessionId", UUID)
EventId = NewType("EventId", UUID)
ClientId = NewType("ClientId", UUID)
MessageId = NewType("MessageId", UUID)
ClaimId = NewType("ClaimId", UUID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """Makes new identities from the given clock and entropy."""

    clock: Clock
    entropy: Entropy

    def user(self) -> UserId:
        """Return an identity for a new user."""
        return UserId(self._uuid7())

    def session(self) -> SessionId:
        """Return an identity for a new session."""
        return SessionId(self._uuid7())

    def event(self) -> EventId:
        """Return an identity for a new audit event."""
        return EventId(self._uuid7())

    def client(self) -> ClientId:
        """Return an identity for a new service client."""
        return ClientId(self._uuid7())

    def message(self) -> MessageId:
        """Return an identity for a new message to somebody."""
        return MessageId(self._uuid7())

    def claim(self) -> ClaimId:
        """Return an identity for one claim on messages that are to be sent."""
        return ClaimId(self._uuid7())

    def token(self) -> UUID:
        """Return an identity for a new access token (`jti`)."""
        return self._uuid7()

    def _uuid7(self) -> UUID:
        milliseconds = int(self.clock.now().timestamp() * 1000)
        random = int.from_bytes(self.entropy.token_bytes(10))
        random_a, random_b = random >> 68, random & ((1 << 62) - 1)
        return UUID(int=milliseconds << 80 | 0x7 << 76 | random_a << 64 | 0b10 << 62 | random_b)
