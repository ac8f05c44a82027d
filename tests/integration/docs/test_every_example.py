"""Nothing that looks like code stands in the documentation without being run, or without a reason."""

from pathlib import Path

import pytest

from tests.unit.docs.markdown import ROOT, examples, pages


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_example_says_what_executes_it(page: Path) -> None:
    silent = [
        str(example)
        for example in examples(page)
        if example.language in {"python", "sh", "sql"} and not example.excused and example.test is None
    ]

    assert not silent


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_the_tests_that_examples_name_are_there(page: Path) -> None:
    missing = [str(example) for example in examples(page) if example.test and not (ROOT / example.test).is_file()]

    assert not missing


def test_the_examples_are_found() -> None:
    found = [example for page in pages() for example in examples(page) if example.test]

    assert len(found) > 20
