"""Secrets of which a guesser would think, found before one is trusted."""

import math
import re
from collections import Counter
from typing import Final

SHORTEST_SECRET: Final = 32
"""Bytes."""

_LEAST_BITS: Final = 88
"""By the frequencies of its characters alone; of three million times 32 random hexadecimal digits one had less."""

_KNOWN_WORDS: Final = re.compile(
    r"change.?(me|this|it)|secret|passwor[dt]|default|example|insecure|replace.?(me|this)|letmein|qwerty|(your|my).?key"
    r"|test.?key|dummy|placeholder|todo|fixme|0123456789|123456789|abcdefgh|deadbeef|xxxxxx",
    re.IGNORECASE,
)
_KNOWN_PASSWORDS: Final = frozenset(
    {"", "1234", "12345", "123456", "12345678", "admin", "auth", "auth-service", "changeme", "database", "db"}
    | {
        "default",
        "example",
        "pass",
        "passwd",
        "password",
        "postgres",
        "postgresql",
        "pw",
        "root",
        "secret",
        "test",
        "user",
    }
)


def weakness_of_key(secret: str) -> str | None:
    """Say what is wrong with a secret that keys are made from; None when nothing is known to be."""
    data = secret.encode()
    if len(data) < SHORTEST_SECRET:
        return f"is too short: it needs at least {SHORTEST_SECRET} bytes"
    if _repeats(secret) or _bits(secret) < _LEAST_BITS:
        return "is too regular to be random"
    if _KNOWN_WORDS.search(secret):
        return "contains a word that secrets in examples are made of"
    return None


def is_known_password(password: str) -> bool:
    """Say whether this is a password everybody tries on a database first."""
    return password.casefold() in _KNOWN_PASSWORDS


def _repeats(text: str) -> bool:
    """Whether the text is some shorter one, written several times."""
    return text in (text + text)[1:-1]


def _bits(text: str) -> float:
    counts = Counter(text)
    return -sum(count * math.log2(count / len(text)) for count in counts.values())
