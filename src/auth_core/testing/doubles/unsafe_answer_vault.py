"""A vault for answers whose key everybody knows."""

import hashlib
import hmac
from itertools import count
from typing import Final

from auth_core.idempotency.model import AnswerName
from auth_core.idempotency.ports import SealedAnswer
from auth_core.redacted import Redacted

_TAG: Final = 32
_NUMBER: Final = 8


class UnsafeAnswerVault:
    """Seals so that no test finds a secret in its store by accident, and everybody could open it."""

    def __init__(self, key: bytes = b"known to everybody") -> None:
        self._key = key
        self._numbers = count()

    def seal(self, answer: Redacted[bytes], *, name: AnswerName) -> SealedAnswer:
        """Return the answer under a number of its own and a keystream that follows from it."""
        number = next(self._numbers).to_bytes(_NUMBER)
        hidden = number + self._under(number, answer.reveal())
        return SealedAnswer(self._tag(hidden, name) + hidden)

    def open(self, sealed: SealedAnswer, *, name: AnswerName) -> Redacted[bytes] | None:
        """Return what `seal` was given; None for everything it has not returned for this name."""
        tag, hidden = sealed[:_TAG], sealed[_TAG:]
        if not hmac.compare_digest(tag, self._tag(hidden, name)):
            return None
        return Redacted(self._under(hidden[:_NUMBER], hidden[_NUMBER:]))

    def _under(self, number: bytes, data: bytes) -> bytes:
        stream = hashlib.shake_256(self._key + number).digest(len(data))
        return bytes(left ^ right for left, right in zip(data, stream, strict=True))

    def _tag(self, hidden: bytes, name: AnswerName) -> bytes:
        return hmac.digest(self._key, name + hidden, "sha256")
