"""Whoever reads bodies: what is let through has one reading, which everybody finds."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any
from urllib.parse import parse_qs

import pydantic_core

from auth_http.middleware import strict_form, strict_json
from tests.fuzz.targets.target import Target, holds
from tests.fuzz.values import RAW

_SEEDS = (
    b'{"email": "ada@example.org", "password": "caf\\u00e9 \xc3\xa9", "n": [1, -2.5e3, true, null, {"a": {}}]}',
    b'{"a": "\\ud83d\\ude00"}',
    b"[]",
    *RAW,
)
_FORMS = (b"grant_type=password&username=ada%40example.org&password=caf%C3%A9+x", b"a=&b=1", b"")


def targets() -> Iterator[Target]:
    """Yield JSON and forms."""
    yield Target(name="JSON body", seeds=_SEEDS, reads=_reads_json)
    yield Target(name="form body", seeds=_FORMS, reads=_reads_form)


def _reads_json(data: bytes) -> bool:
    if strict_json.fault_in(data) is not None:
        return False
    document = json.loads(data)
    # That of the validator is another parser: it must find what was judged.
    holds(pydantic_core.from_json(data, allow_inf_nan=False) == document, "two parsers read two documents")
    json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    holds(not any("\0" in text for text in _texts(document)), "a text holds NUL")
    holds(_depth(document) <= strict_json.DEEPEST, "it is nested too deeply")
    return True


def _depth(node: Any) -> int:  # noqa: ANN401 - any document
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else None
    return 0 if children is None else 1 + max(map(_depth, children), default=0)


def _texts(node: Any) -> Iterator[str]:  # noqa: ANN401 - any document
    match node:
        case str():
            yield node
        case list():
            yield from chain.from_iterable(map(_texts, node))
        case dict():
            yield from chain(node, *map(_texts, node.values()))
        case _:
            pass


def _reads_form(data: bytes) -> bool:
    if strict_form.fault_in(data) is not None:
        return False
    read = parse_qs(data, keep_blank_values=True)
    holds(all(len(values) == 1 for values in read.values()), "a parameter is given twice")
    for name, (value, *_) in read.items():
        holds(b"\0" not in name + value, "a parameter holds NUL")
        (name + value).decode("utf-8")
    return True
