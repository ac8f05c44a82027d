"""What keeping answers needs."""

from datetime import datetime
from typing import NewType, Protocol

from auth_core.idempotency.model import AnswerName
from auth_core.redacted import Redacted

SealedAnswer = NewType("SealedAnswer", bytes)
"""An answer as it is stored: only an AnswerVault can read it."""


class Answers(Protocol):
    """What calls were answered that may be repeated."""

    async def find(self, name: AnswerName, *, now: datetime) -> SealedAnswer | None:
        """Return what is kept under the name; None when nothing is, or not any more."""
        ...

    async def claim(self, name: AnswerName, *, now: datetime, until: datetime) -> SealedAnswer | None:
        """Return what is kept under the name; None when nothing is, and then the name is the caller's, until then.

        Nobody else is told until the transaction ends: whoever asks meanwhile waits, and sees what it has left. Of any
        number of simultaneous calls whose transactions commit, exactly one gets None. Whoever does has to `keep` an
        answer under the name or to `forget` it.
        """
        ...

    async def keep(self, name: AnswerName, answer: SealedAnswer) -> None:
        """Put the answer under a name that has been claimed in this transaction."""
        ...

    async def forget(self, name: AnswerName) -> None:
        """Let nothing be kept under the name."""
        ...


class AnswerVault(Protocol):
    """Seals answers, which may hold secrets: whoever reads the store learns nothing from them."""

    def seal(self, answer: Redacted[bytes], *, name: AnswerName) -> SealedAnswer:
        """Return the answer, readable by us and under this name only; sealed twice it looks different."""
        ...

    def open(self, sealed: SealedAnswer, *, name: AnswerName) -> Redacted[bytes] | None:
        """Return what was sealed for this name; None for what was not, was damaged, or is under a key we lost."""
        ...


class AnswersTx(Protocol):
    """The transaction slice of this room."""

    @property
    def answers(self) -> Answers: ...
