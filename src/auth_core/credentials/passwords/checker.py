"""What is wrong with a password somebody wants to use: every reason at once."""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from auth_core.credentials.passwords.guesses import (
    SHORTEST_WORD,
    repeated_part,
    spellings,
    without_walks,
    without_words,
    words_behind,
)
from auth_core.credentials.passwords.policy import LARGEST_PASSWORD, PasswordPolicy
from auth_core.credentials.passwords.ports import CommonPasswords
from auth_core.errors import Fault
from auth_core.redacted import Redacted
from auth_core.text import is_encodable

_BETWEEN_WORDS: Final = str.maketrans(dict.fromkeys(".-_+@/:", " "))
_LITTLE: Final = 4
"""Code points. With fewer besides what is known, a password is known."""


def normalized(password: Redacted[str]) -> Redacted[str]:
    """Return the password in NFC (NIST SP 800-63B §3.1.1.2): how a keyboard composes an é must not matter."""
    return Redacted(unicodedata.normalize("NFC", password.reveal()))


def is_hashable(password: Redacted[str]) -> bool:
    """Say whether this could be anybody's password: text that UTF-8 can write and that is not too large."""
    text = password.reveal()
    return len(text) <= LARGEST_PASSWORD and is_encodable(text) and len(text.encode()) <= LARGEST_PASSWORD


def faults_of(
    password: Redacted[str], *, field: str, policy: PasswordPolicy, common: CommonPasswords, context: Iterable[str] = ()
) -> tuple[Fault, ...]:
    """Return everything that is wrong with `password` as far as this process knows, nothing when it may be used.

    `context` are words an attacker tries first: the person's names and address.
    """
    if not is_hashable(password):
        return (_unhashable(password, field),)
    return tuple(_weaknesses(normalized(password).reveal(), field, policy, common, context))


def _weaknesses(
    text: str, field: str, policy: PasswordPolicy, common: CommonPasswords, context: Iterable[str]
) -> Iterator[Fault]:
    folded = folded_for_comparison(text)
    if len(text) < policy.min_length:
        yield Fault(field, "too_short", f"Use at least {policy.min_length} characters.")
    if folded and len(set(folded)) == 1:
        yield Fault(field, "one_character", "Use more than one character repeated.")
    elif len(repeated_part(folded)) < _LITTLE <= len(folded) or _is_little(
        without_walks(folded, most=_LITTLE), of=folded
    ):
        yield Fault(
            field, "sequence", "Do not repeat characters, or use them in the order of the alphabet or the keyboard."
        )
    if _leans_on(folded, _words(context)):
        yield Fault(field, "too_personal", "Do not build the password on your name or e-mail address.")
    if _leans_on(folded, _words(policy.service_words)):
        yield Fault(field, "names_the_service", "Do not build the password on the name of this service.")
    if any(common.has(Redacted(word)) for word in words_behind(folded)):
        yield Fault(
            field, "common", "Many people use this password or one like it, so it is among the first to be guessed."
        )


def folded_for_comparison(text: str) -> str:
    """Return `text` as it is compared with words that are known: case apart, in NFC."""
    return unicodedata.normalize("NFC", text.casefold())


def _unhashable(password: Redacted[str], field: str) -> Fault:
    text = password.reveal()
    if len(text) <= LARGEST_PASSWORD and not is_encodable(text):
        return Fault(field, "unencodable", "This text is not valid Unicode.")
    return Fault(field, "too_long", f"Use at most {LARGEST_PASSWORD} bytes.")


def _leans_on(folded: str, words: Iterable[str]) -> bool:
    """Whether little is left of the password, however it is spelled, once `words` are taken out of it."""
    words = frozenset(words)
    if not words:
        return False
    either_way = {way for spelled in spellings(folded) for way in (spelled, spelled[::-1])}
    return any(_is_little(without_words(text, words), of=text) for text in either_way)


def _is_little(rest: str, *, of: str) -> bool:
    return len(rest) < _LITTLE and rest != of


def _words(context: Iterable[str]) -> set[str]:
    words: set[str] = set()
    for phrase in context:
        whole = folded_for_comparison(phrase).strip()
        local_part, _, domain = whole.partition("@")
        # The last label of a domain is nobody's name.
        parts = f"{local_part} {domain.rpartition('.')[0]}"
        words |= {whole, local_part, *parts.translate(_BETWEEN_WORDS).split()}
    return {word for word in words if len(word) >= SHORTEST_WORD}
