"""The tests among the examples, handed to pytest as their reader would."""

import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.unit.docs.markdown import ROOT, executed_by

# Some of the tests are about a program of the same page.
_PROGRAMS: Final = ROOT / "tests/unit/docs/test_examples.py"
_PYTEST_INI: Final = """\
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
filterwarnings = error
"""


def test_the_tests_in_the_guides_pass(tmp_path: Path) -> None:
    for example in (*executed_by(_PROGRAMS), *executed_by(Path(__file__))):
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
    assert {example.name for example in executed_by(Path(__file__))} == {
        "test_forgotten.py",
        "test_guarded.py",
        "test_reports.py",
        "test_scrypt_hasher.py",
        "test_storage.py",
        "test_storms.py",
    }
