"""A list of common passwords for tests: so short that a test can say what is on it."""

from typing import Final

from auth_core.redacted import Redacted

_KNOWN: Final = frozenset({"password", "passw0rd", "qwerty", "letmein", "sunshine", "iloveyou", "dragon"})


class FewCommonPasswords:
    """Knows a handful of passwords, and those it is given."""

    def __init__(self, *more: str) -> None:
        self._known = _KNOWN.union(more)

    def has(self, word: Redacted[str]) -> bool:
        """Say whether it is one of them."""
        return word.reveal() in self._known
