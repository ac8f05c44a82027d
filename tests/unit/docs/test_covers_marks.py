"""Reading the marks of tests: wherever a mark may stand, it is found."""

import ast
from pathlib import Path

from docs.generate.covers_marks import marks_in

SOURCE = """
import pytest

pytestmark = [pytest.mark.covers("A-01"), pytest.mark.slow]

@pytest.mark.covers("A-02", "A-03")
def test_a_function(): ...

@pytest.mark.covers("A-04")
class TestAClass:
    @pytest.mark.covers("A-05")
    async def test_a_method(self): ...

    def test_another(self): ...

def test_unmarked(): ...
"""


def test_marks_are_found_on_files_classes_and_functions() -> None:
    found = list(marks_in(Path("tests/test_it.py"), ast.parse(SOURCE)))

    assert found == [
        ("A-01", "tests/test_it.py"),
        ("A-02", "tests/test_it.py::test_a_function"),
        ("A-03", "tests/test_it.py::test_a_function"),
        ("A-04", "tests/test_it.py::TestAClass"),
        ("A-05", "tests/test_it.py::TestAClass::test_a_method"),
    ]
