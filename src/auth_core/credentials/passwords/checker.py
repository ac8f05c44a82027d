"""What is wrong with a password somebody wants to use: every reason at once."""

import unicodedata
from collections.abc import Iterable
from typing import Final

from auth_core.credentials.passwords.policy import LARGEST_PASSWORD, PasswordPolicy
from auth_core.errors import Fault
from auth_core.redacted import Redacted
from auth_core.text import is_encodable

_SHORTEST_CONTEXT_WORD: Final = 4


def normalized(password: Redacted[str]) -> Redacted[str]:
    """Return the password in NFC (NIST SP 800-63B §3.1.1.2): how a keyboard composes an é must not matter."""
    return Redacted(unicodedata.normalize("NFC", password.reveal()))


def is_hashable(password: Redacted[str]) -> bool:
    """Say whether this could be anybody's password: text that UTF-8 can write and that is not too large."""
    text = password.reveal()
    return len(text) <= LARGEST_PASSWORD and is_encodable(text) and len(text.encode()) <= LARGEST_PASSWORD


def faults_of(
    password: Redacted[str], *, field: str, policy: PasswordPolicy, context: Iterable[str] = ()
) -> tuple[Fault, ...]:
    """Return everything that is wrong with `password`, nothing when it may be used.

    `context` are words an attacker tries first: the person's names and address.
    """
    if not is_hashable(password):
        return (_unhashable(password, field),)
    text = normalized(password).reveal()
    faults: list[Fault] = []
    if len(text) < policy.min_length:
        faults.append(Fault(field, "too_short", f"Use at least {policy.min_length} characters."))
    if text and len(set(text.casefold())) == 1:
        faults.append(Fault(field, "one_character", "Use more than one character repeated."))
    if _leans_on(text, context):
        faults.append(Fault(field, "too_personal", "Do not build the password on your name or e-mail address."))
    return tuple(faults)


def _unhashable(password: Redacted[str], field: str) -> Fault:
    text = password.reveal()
    if len(text) <= LARGEST_PASSWORD and not is_encodable(text):
        return Fault(field, "unencodable", "This text is not valid Unicode.")
    return Fault(field, "too_long", f"Use at most {LARGEST_PASSWORD} bytes.")


def _leans_on(text: str, context: Iterable[str]) -> bool:
    """Whether little is left of the password once the words somebody knows about its owner are taken out of it."""
    rest = text.casefold()
    for word in sorted(_words(context), key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != text.casefold() and len(rest) < _SHORTEST_CONTEXT_WORD


def _words(context: Iterable[str]) -> set[str]:
    words: set[str] = set()
    for phrase in context:
        whole = phrase.casefold().strip()
        local_part, _, _ = whole.partition("@")
        words |= {whole, local_part, *local_part.replace(".", " ").replace("-", " ").split()}
    return {word for word in words if len(word) >= _SHORTEST_CONTEXT_WORD}
