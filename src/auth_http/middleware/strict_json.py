"""Strict JSON (RFC 8259, I-JSON RFC 7493): what parsers forgive is refused before anybody relies on it.

Python's parser takes NaN, lets the last of two equal members win, and hands on lone surrogates and NUL, which later
break encoding and storage.
"""

import json
import math
from collections.abc import Iterator
from typing import Final, Never, cast

from auth_http.problems import Problem
from auth_http.request_problems import MALFORMED_JSON, NESTED_TOO_DEEPLY, rejected

DEEPEST: Final = 32
_LARGEST_NUMBER: Final = 1 << 63

_DUPLICATE: Final = rejected("duplicate_member", "A member is given twice.")
_NUMBER: Final = rejected("number_out_of_range", "A number is too large, or is none.")
_SURROGATE: Final = rejected("unencodable", "A text is not valid Unicode.")
_NUL: Final = rejected("nul_character", "A text holds the character NUL.")


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def fault_in(document: bytes) -> Problem | None:
    """Return what is wrong with `document`, or None when it is JSON in UTF-8 that everybody reads alike."""
    try:
        parsed: object = _DECODER.decode(document.decode("utf-8"))
        _check_depth(document, parsed)
        # Raw NUL and raw surrogates are no JSON in UTF-8: only escapes can bring them in.
        if b"\\u" in document:
            _check_texts(parsed)
    except _Refused as refusal:
        return refusal.problem
    except RecursionError:
        return NESTED_TOO_DEEPLY
    except ValueError:
        return MALFORMED_JSON
    return None


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Refused(_DUPLICATE)
    return members


def _refuse_constant(_constant: str) -> Never:
    raise _Refused(_NUMBER)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _Refused(_NUMBER)
    return number


def _in_range(text: str) -> int:
    # The length first: reading thousands of digits is work, and Python refuses it above some.
    if len(text) > 20 or not -_LARGEST_NUMBER <= (number := int(text)) < _LARGEST_NUMBER:
        raise _Refused(_NUMBER)
    return number


# Made once: `json.loads` makes a new one at every call.
_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_without_duplicates,
    parse_constant=_refuse_constant,
    parse_float=_finite,
    parse_int=_in_range,
)


def _check_depth(document: bytes, parsed: object) -> None:
    # No document nests deeper than it has opening brackets: most are done here.
    if document.count(b"[") + document.count(b"{") <= DEEPEST:
        return
    if max(depth for depth, _ in _nodes(parsed)) > DEEPEST:
        raise _Refused(NESTED_TOO_DEEPLY)


def _check_texts(parsed: object) -> None:
    for _, node in _nodes(parsed):
        for text in (
            [node] if isinstance(node, str) else cast("dict[str, object]", node) if isinstance(node, dict) else ()
        ):
            if "\0" in text:
                raise _Refused(_NUL)
            if any("\ud800" <= character <= "\udfff" for character in text):
                raise _Refused(_SURROGATE)


def _nodes(parsed: object) -> Iterator[tuple[int, object]]:
    """Return every value with the number of lists and objects open at it, its own included."""
    waiting: list[tuple[int, object]] = [(0, parsed)]
    while waiting:
        depth, node = waiting.pop()
        match node:
            case dict():
                children: list[object] = list(cast("dict[str, object]", node).values())
            case list():
                children = cast("list[object]", node)
            case _:
                yield depth, node
                continue
        yield depth + 1, node
        waiting.extend((depth + 1, child) for child in children)
