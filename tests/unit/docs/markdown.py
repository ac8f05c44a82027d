"""The pages of the documentation, and the examples in them.

The comment above an example says what becomes of it: `<!-- NAME: executed by TEST -->`, where the name is that of a
file for Python, or `<!-- not executed: REASON -->`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]

_FENCE: Final = re.compile(
    r"^(?:<!-- (?P<comment>[^\n]*) -->\n)?```(?P<language>[a-z]+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
_EXECUTED: Final = re.compile(r"(?P<name>[\w.-]+): executed by (?P<test>\S+)")
_NOT_EXECUTED: Final = re.compile(r"not executed: \S.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A fenced block: where it stands, what it is called, which test executes it, if one does."""

    page: Path
    line: int
    language: str
    name: str | None
    test: str | None
    excused: bool
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """Return every page people read, the README first."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def examples(page: Path) -> Iterator[Example]:
    """Return the examples in a page, in their order."""
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        executed = _EXECUTED.fullmatch(found["comment"] or "")
        yield Example(
            page=page,
            line=text.count("\n", 0, found.start("language")) + 1,
            language=found["language"],
            name=executed and executed["name"],
            test=executed and executed["test"],
            excused=_NOT_EXECUTED.fullmatch(found["comment"] or "") is not None,
            text=found["text"],
        )


def executed_by(test: Path) -> Iterator[Example]:
    """Return the examples that name this file of tests, in all pages."""
    name = test.relative_to(ROOT).as_posix()
    return (example for page in pages() for example in examples(page) if example.test == name)
