"""Randomness that tests can foresee."""

import hashlib
from collections.abc import Iterable


class SeededEntropy:
    """Gives bytes that look random and are the same for the same seed."""

    def __init__(self, seed: bytes = b"") -> None:
        self._seed = hashlib.sha256(seed).digest()
        self._given = 0

    def token_bytes(self, length: int) -> bytes:
        """Return the next bytes of the sequence that belongs to the seed."""
        self._given += 1
        return hashlib.shake_256(self._seed + self._given.to_bytes(8)).digest(length)


class ScriptedEntropy:
    """Gives the bytes it was told to give, one answer after the other."""

    def __init__(self, answers: Iterable[bytes]) -> None:
        self._answers = list(answers)

    def token_bytes(self, length: int) -> bytes:
        """Return the next answer. Raises: AssertionError when there is none, or it is not that long."""
        if not self._answers:
            raise AssertionError("the script has come to its end")
        answer = self._answers.pop(0)
        if len(answer) != length:
            raise AssertionError(f"{length} bytes were asked for, and the script goes on with {len(answer)}")
        return answer
