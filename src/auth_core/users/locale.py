"""The language somebody reads, as a language tag (RFC 5646): what is written to them is written in it, if we can."""

import re
from typing import Final, NewType

from auth_core.users.errors import InvalidLocale

Locale = NewType("Locale", str)

LONGEST_LOCALE: Final = 35
"""RFC 5646 §4.4.1."""

_TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
_SCRIPT: Final = 4
_REGION: Final = 2


def locale(text: str) -> Locale:
    """Read a tag such as `de` or `pt-BR`, in any case; it is kept as RFC 5646 §2.1.1 writes it.

    Whether anything can be said in that language is not asked here. Raises: InvalidLocale.
    """
    if len(text) > LONGEST_LOCALE or _TAG.fullmatch(text) is None:
        raise InvalidLocale
    language, *others = text.lower().split("-")
    return Locale("-".join((language, *map(_cased, others))))


def _cased(subtag: str) -> str:
    if len(subtag) == _REGION:
        return subtag.upper()
    return subtag.title() if len(subtag) == _SCRIPT and subtag.isalpha() else subtag
