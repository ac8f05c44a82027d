"""The little Markdown that the pages are made of."""

import re
from collections.abc import Iterable, Sequence


def page(title: str, source: str, *parts: str) -> str:
    """Return a page: its title, a remark on where it comes from, and its parts with an empty line between them."""
    remark = f"<!-- Made by `python -m docs.generate` from {source}; change that, not this. -->"
    return "\n\n".join([f"# {title}", remark, *(part.strip("\n") for part in parts if part)]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; what would end a cell or a row is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def code(text: str) -> str:
    """Return `text` as code."""
    return f"`{text}`"


def codes(texts: Iterable[str]) -> str:
    """Return the texts as code, with commas between them."""
    return ", ".join(code(text) for text in texts)


def paragraph(docstring: str | None) -> str:
    """Return the first paragraph of a docstring on one line."""
    first, _, _ = (docstring or "").strip().partition("\n\n")
    return " ".join(first.split())


def first_sentence(docstring: str | None) -> str:
    """Return the first sentence of a docstring."""
    return re.split(r"(?<=[.!?])\s", paragraph(docstring), maxsplit=1)[0]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
