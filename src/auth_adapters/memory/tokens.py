"""Signing keys, and whether a token still stands, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from auth_adapters.memory.access import are_outdated, find_principal
from auth_adapters.memory.store import MemoryStore, Tables
from auth_core.clock import Clock
from auth_core.redacted import Redacted
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.keys import KeyId, SigningKey


class MemorySigningKeys:
    """The keys of the service."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def list_all(self) -> Sequence[SigningKey]:
        return [self._tables.signing_keys[number] for number in sorted(self._tables.signing_keys)]

    async def add(self, key: SigningKey) -> bool:
        return self._tables.signing_keys.setdefault(key.number, key) is key

    async def revoke(self, kid: KeyId, *, now: datetime) -> bool:
        for number, key in self._tables.signing_keys.items():
            if key.kid == kid and key.revoked_at is None:
                self._tables.signing_keys[number] = replace(key, revoked_at=now)
                return True
        return False

    async def reseal(self, kid: KeyId, new: Redacted[bytes], *, old: Redacted[bytes]) -> bool:
        for number, key in self._tables.signing_keys.items():
            if key.kid == kid and key.material.sealed_private_key.reveal() == old.reveal():
                material = replace(key.material, sealed_private_key=new)
                self._tables.signing_keys[number] = replace(key, material=material)
                return True
        return False

    async def remove(self, number: int) -> None:
        self._tables.signing_keys.pop(number, None)


class MemoryAccessCheck:
    """Whether what a token stands for still holds."""

    def __init__(self, store: MemoryStore, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def stands(self, claims: VerifiedClaims) -> bool:
        await self._store.elsewhere()
        tables = self._store.committed
        session = tables.sessions.get(claims.session_id)
        if session is None or session.user_id != claims.principal.user_id or not session.is_live(self._clock.now()):
            return False
        principal, claimed = find_principal(tables, session.user_id), claims.principal
        return (
            principal is not None
            and principal.security_version <= claimed.security_version
            and not are_outdated(tables, claimed.roles, claimed.roles_version)
        )
