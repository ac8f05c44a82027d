"""Strict reading of an URL-encoded form (RFC 6749 appendix B): UTF-8, and each parameter once (RFC 6749 §3.2)."""

from typing import Final
from urllib.parse import parse_qsl

_MOST_PARAMETERS: Final = 32


def fault_in(form: bytes) -> str | None:
    """Return what is wrong with `form` as a sentence, or None when it has one reading."""
    try:
        parameters = parse_qsl(
            form.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(form),
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        return "The body is no URL-encoded form in UTF-8."
    if len({name for name, _ in parameters}) != len(parameters):
        return "A parameter is given twice."
    if any("\0" in name or "\0" in value for name, value in parameters):
        return "A parameter holds the character NUL."
    return None
