"""First answers, in memory."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from auth_adapters.memory.store import KeptAnswer, MemoryStore, Tables
from auth_core.idempotency.model import AnswerName
from auth_core.idempotency.ports import SealedAnswer


@dataclass(frozen=True, slots=True)
class MemoryAnswers:
    """What calls were answered that may be repeated."""

    tables: Tables

    async def find(self, name: AnswerName, *, now: datetime) -> SealedAnswer | None:
        kept = self.tables.answers.get(name)
        return None if kept is None or kept.until <= now else kept.sealed

    async def claim(self, name: AnswerName, *, now: datetime, until: datetime) -> SealedAnswer | None:
        found = await self.find(name, now=now)
        if found is None:
            self.tables.answers[name] = KeptAnswer(sealed=SealedAnswer(b""), until=until)
        return found

    async def keep(self, name: AnswerName, answer: SealedAnswer) -> None:
        self.tables.answers[name] = KeptAnswer(sealed=answer, until=self.tables.answers[name].until)

    async def forget(self, name: AnswerName) -> None:
        self.tables.answers.pop(name, None)


class MemoryOldAnswers:
    """Answers nobody is given any more."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def purge(self, *, over_before: datetime, limit: int) -> int:
        async with self._store.exclusively():
            answers = self._store.committed.answers
            over = list(islice((name for name, each in answers.items() if each.until < over_before), limit))
            for name in over:
                del answers[name]
            return len(over)
