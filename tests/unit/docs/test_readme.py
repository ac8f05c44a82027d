"""The program in the README and the tutorial: it is a file of its own as well, and short."""

from typing import Final

import pytest

from tests.unit.docs.markdown import ROOT, examples

_NAME: Final = "library_login.py"
_LONGEST: Final = 15


def _shown_in(page: str) -> str:
    return next(each.text for each in examples(ROOT / page) if each.name == _NAME)


@pytest.mark.parametrize("page", ["README.md", "docs/tutorial.md"])
def test_the_program_is_the_one_among_the_examples(page: str) -> None:
    program = (ROOT / "docs" / "examples" / _NAME).read_text(encoding="utf-8")

    assert program.endswith(f"\n\n{_shown_in(page)}")


def test_a_person_is_signed_in_within_fifteen_lines() -> None:
    lines = [line for line in _shown_in("README.md").splitlines() if line.strip()]

    assert len(lines) <= _LONGEST
