"""Messages on their way, in memory."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from auth_adapters.memory.store import MemoryStore, StoredLetter, Tables
from auth_core.ids import ClaimId, MessageId, UserId
from auth_core.outbox.model import Backlog, Filed, Letter, Recipient, SealedMessage, State
from auth_core.redacted import Redacted


class MemoryOutbox:
    """The messages of one transaction, and what operators do to those that are there."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, letter: Letter) -> None:
        self._tables.letters[letter.sealed.id] = StoredLetter(letter=letter)

    async def list(self, state: State, *, after: MessageId | None, limit: int) -> Sequence[Filed]:
        return [_filed(each) for each in self._following(after) if each.state is state][:limit]

    async def revive(self, message_id: MessageId, *, now: datetime) -> Filed | None:
        stored = self._tables.letters.get(message_id)
        if stored is None or stored.state is not State.DEAD:
            return None
        return self._keep(
            replace(
                stored,
                letter=replace(stored.letter, due_at=now, attempts=0),
                state=State.WAITING,
                over_at=None,
                reason=None,
            )
        )

    async def drop(self, message_id: MessageId, *, now: datetime) -> Filed | None:
        stored = self._tables.letters.get(message_id)
        if stored is None or stored.state not in (State.WAITING, State.DEAD):
            return None
        return self._keep(replace(stored.emptied(), state=State.DROPPED, over_at=now, claim=None))

    async def forget(self, address: str) -> int:
        theirs = [each for each in self._following(None) if each.letter.to.address.lower() == address.lower()]
        for each in theirs:
            del self._tables.letters[each.letter.sealed.id]
        return len(theirs)

    async def sealed(self, *, after: MessageId | None, limit: int) -> Sequence[SealedMessage]:
        return [each.letter.sealed for each in self._following(after) if not each.is_empty][:limit]

    async def reseal(self, message_id: MessageId, new: Redacted[bytes], *, old: Redacted[bytes]) -> bool:
        stored = self._tables.letters.get(message_id)
        if stored is None or stored.is_empty or stored.letter.sealed.payload.reveal() != old.reveal():
            return False
        sealed = replace(stored.letter.sealed, payload=new)
        self._keep(replace(stored, letter=replace(stored.letter, sealed=sealed)))
        return True

    def _following(self, after: MessageId | None) -> Sequence[StoredLetter]:
        letters = self._tables.letters
        return [letters[each] for each in sorted(letters) if after is None or each > after]

    def _keep(self, stored: StoredLetter) -> Filed:
        self._tables.letters[stored.letter.sealed.id] = stored
        return _filed(stored)


class MemoryRecipients:
    """Where users are told."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def find(self, user_id: UserId) -> Recipient | None:
        user = self._tables.users.get(user_id)
        return None if user is None else Recipient(address=user.email.address)


class MemoryOutboxQueue:
    """The letters that wait."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def claim(self, claim: ClaimId, *, limit: int, now: datetime, until: datetime) -> Sequence[Letter]:
        async with self._store.exclusively():
            letters = self._store.committed.letters
            due = sorted(
                (each for each in letters.values() if each.state is State.WAITING and each.letter.due_at <= now),
                key=lambda each: each.letter.due_at,
            )
            claimed = [
                replace(
                    each,
                    letter=replace(each.letter, due_at=until, attempts=each.letter.attempts + 1),
                    claim=claim,
                )
                for each in due[:limit]
            ]
            letters.update({each.letter.sealed.id: each for each in claimed})
            return [each.letter for each in claimed]

    async def end(
        self, message_id: MessageId, claim: ClaimId, state: State, *, now: datetime, reason: str | None = None
    ) -> bool:
        async with self._store.exclusively():
            stored = self._held(message_id, claim)
            if stored is None:
                return False
            left = stored if state is State.DEAD else stored.emptied()
            self._store.committed.letters[message_id] = replace(
                left, state=state, over_at=now, reason=reason, claim=None
            )
            return True

    async def postpone(self, message_id: MessageId, claim: ClaimId, *, until: datetime, reason: str) -> bool:
        async with self._store.exclusively():
            stored = self._held(message_id, claim)
            if stored is None:
                return False
            letter = replace(stored.letter, due_at=until)
            self._store.committed.letters[message_id] = replace(stored, letter=letter, reason=reason, claim=None)
            return True

    async def look(self) -> Backlog:
        await self._store.elsewhere()
        letters = self._store.committed.letters.values()
        waiting = [each.letter.created_at for each in letters if each.state is State.WAITING]
        dead = sum(each.state is State.DEAD for each in letters)
        return Backlog(waiting=len(waiting), oldest=min(waiting, default=None), dead=dead)

    def _held(self, message_id: MessageId, claim: ClaimId) -> StoredLetter | None:
        stored = self._store.committed.letters.get(message_id)
        return stored if stored is not None and stored.state is State.WAITING and stored.claim == claim else None


class MemoryOldMessages:
    """The messages that are over."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def purge(self, *, over_before: datetime, limit: int) -> int:
        async with self._store.exclusively():
            letters = self._store.committed.letters
            over = [key for key, each in letters.items() if each.over_at is not None and each.over_at < over_before]
            for key in islice(over, limit):
                del letters[key]
            return min(len(over), limit)


@dataclass(frozen=True, slots=True)
class MemoryArrivals:
    """Every commit may bring a letter."""

    store: MemoryStore

    @property
    def next(self) -> asyncio.Event:
        return self.store.changed


def _filed(stored: StoredLetter) -> Filed:
    letter = stored.letter
    return Filed(
        id=letter.sealed.id,
        kind=letter.sealed.kind,
        to=letter.to,
        state=stored.state,
        attempts=letter.attempts,
        created_at=letter.created_at,
        due_at=letter.due_at,
        over_at=stored.over_at,
        reason=stored.reason,
    )
