"""One-time tokens and the counts of mail, in memory."""

from datetime import datetime, timedelta
from itertools import islice

from auth_adapters.memory.store import Allowance, MemoryStore, Tables
from auth_core.ids import UserId
from auth_core.verification.model import OneTimeToken, Purpose, TokenDigest


class MemoryOneTimeTokens:
    """The tokens that have been sent and not been used."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, token: OneTimeToken) -> None:
        if not token.purpose.is_one_of_many:
            for each in self._of(token.binding.user_id):
                if each.purpose is token.purpose:
                    del self._tables.one_time_tokens[each.digest]
        self._tables.one_time_tokens[token.digest] = token

    async def find(self, digest: TokenDigest, purpose: Purpose, *, now: datetime) -> OneTimeToken | None:
        token = self._tables.one_time_tokens.get(digest)
        return token if token is not None and token.purpose is purpose and now < token.expires_at else None

    async def spend(self, digest: TokenDigest, purpose: Purpose, *, now: datetime) -> OneTimeToken | None:
        token = await self.find(digest, purpose, now=now)
        if token is not None:
            del self._tables.one_time_tokens[digest]
        return token

    async def forget(self, user_id: UserId, *, made_since: datetime | None = None) -> int:
        gone = [each for each in self._of(user_id) if made_since is None or each.made_at >= made_since]
        for each in gone:
            del self._tables.one_time_tokens[each.digest]
        return len(gone)

    async def can_be_undone_to(self, email: str, *, now: datetime) -> bool:
        return any(
            each.purpose is Purpose.UNDO_EMAIL_CHANGE and each.address.lower() == email and now < each.expires_at
            for each in self._tables.one_time_tokens.values()
        )

    def _of(self, user_id: UserId) -> list[OneTimeToken]:
        return [each for each in self._tables.one_time_tokens.values() if each.binding.user_id == user_id]


class MemoryMailAllowances:
    """How much mail is sent to one address at anybody's request."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def take(self, email: str, kind: str, *, most: int, window: timedelta, now: datetime) -> bool:
        counted = self._tables.mail_allowances.get((email, kind))
        if counted is None or counted.ends_at <= now:
            counted = Allowance(taken=0, ends_at=now + window)
        if counted.taken >= most:
            return False
        self._tables.mail_allowances[email, kind] = Allowance(taken=counted.taken + 1, ends_at=counted.ends_at)
        return True


class MemoryOldTokens:
    """The tokens that have expired, and the counts nobody asks for."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def purge(self, *, over_before: datetime, limit: int) -> int:
        async with self._store.exclusively():
            tokens, allowances = self._store.committed.one_time_tokens, self._store.committed.mail_allowances
            expired = list(islice((key for key, each in tokens.items() if each.expires_at < over_before), limit))
            for digest in expired:
                del tokens[digest]
            left = limit - len(expired)
            ended = list(islice((key for key, each in allowances.items() if each.ends_at < over_before), left))
            for counted in ended:
                del allowances[counted]
            return len(expired) + len(ended)
