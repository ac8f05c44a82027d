"""The Python examples that need no service: programs are run, tests are handed to pytest."""

import runpy
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from tests.unit.docs.markdown import Example, executed_by

_SAYS: Final = {
    "library_login.py": "grace@example.com is signed in until 20",
    "own_port.py": "2030-01-01 00:00:00+00:00\n",
    "errors_by_kind.py": "['email', 'first_name', 'password']\ninvalid_credentials\n",
    "scrypt_hasher.py": "",
}
_PYTEST_INI: Final = """\
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
filterwarnings = error
"""


def _named(*, test: bool) -> list[Example]:
    return [each for each in executed_by(Path(__file__)) if (each.name or "").startswith("test_") is test]


@pytest.mark.parametrize("example", _named(test=False), ids=lambda each: f"{each.page.stem}-{each.name}")
def test_a_program_says_what_its_page_says(
    example: Example, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / str(example.name)
    program.write_text(example.text, encoding="utf-8")

    with ThreadPoolExecutor(1) as thread:  # where no event loop is, as in a program
        thread.submit(runpy.run_path, str(program), run_name="__main__").result()

    assert capsys.readouterr().out.startswith(_SAYS[program.name])


def test_the_tests_in_the_guides_pass(tmp_path: Path) -> None:
    for example in executed_by(Path(__file__)):
        folder = tmp_path / example.page.stem
        folder.mkdir(exist_ok=True)
        (folder / str(example.name)).write_text(example.text, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(_PYTEST_INI, encoding="utf-8")

    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " passed" in ran.stdout
    assert "skipped" not in ran.stdout


def test_there_are_tests_in_the_guides() -> None:
    assert {example.name for example in _named(test=True)} == {
        "test_reports.py",
        "test_scrypt_hasher.py",
        "test_storage.py",
        "test_storms.py",
    }
