"""How the unit tests run on all cores tells what it should: in a run of its own, over tests that do anything."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit import on_all_cores

ROOT = Path(__file__).parents[3]
CONFTEST = """
from pathlib import Path
from tests.unit import on_all_cores
on_all_cores.FEWEST, on_all_cores.HERE = 1, Path(__file__).parent
on_all_cores.processes_available = lambda: 2
from tests.unit.on_all_cores import pytest_collection, pytest_pycollect_makemodule, pytest_runtestloop
"""
SETTINGS = """
[pytest]
strict = true
filterwarnings = ["error"]
faulthandler_exit_on_timeout = true
"""
FINE = "\n".join(f"def test_{number}(): pass" for number in range(3))

type Run = Callable[..., tuple[int, str]]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the tests run in one process")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs files of tests and returns the exit code and all that was said."""

    def run(*options: str, **files: str) -> tuple[int, str]:
        for name, text in {"conftest": CONFTEST, **files}.items():
            (tmp_path / f"{name}.py").write_text(text)
        (tmp_path / "pytest.toml").write_text(SETTINGS)
        finished = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:asyncio", "-p", "no:cacheprovider", *options],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
        return finished.returncode, finished.stdout

    return run


def test_every_test_runs_once_and_is_told_by_name(run: Run) -> None:
    code, said = run("-v", test_a=FINE, test_b=FINE, test_c=FINE)

    assert code == 0
    assert sorted(re.findall(r"(test_\w)\.py::test_(\d) PASSED", said)) == [
        (f"test_{f}", n) for f in "abc" for n in "012"
    ]


def test_the_tests_run_in_other_processes(run: Run) -> None:
    code, said = run(test_a="import multiprocessing\ndef test(): assert multiprocessing.parent_process() is None")

    assert (code, "1 failed" in said) == (1, True)


def test_a_failure_is_told_with_what_was_printed_and_compared(run: Run) -> None:
    code, said = run(test_a="def test():\n    print('printed')\n    assert {'a': 1} == {'a': 2}", test_b=FINE)

    assert code == 1
    assert "1 failed, 3 passed" in said
    assert "Differing items" in said
    assert re.search(r"Captured stdout call -+\nprinted\n", said)


def test_fixtures_of_a_file_are_taken_down_and_what_breaks_then_is_told(run: Run) -> None:
    broken = "import pytest\n@pytest.fixture(scope='module', autouse=True)\ndef it():\n    yield\n    1 / 0\n"
    code, said = run(test_a=broken + FINE, test_b=FINE)

    assert code == 1
    assert "ERROR test_a.py::test_2 - ZeroDivisionError" in said
    assert "6 passed, 1 error" in said


def test_skipped_and_expected_failures_are_told_as_such(run: Run) -> None:
    marked = "import pytest\n@pytest.mark.skip('no')\ndef test_a(): ...\n@pytest.mark.xfail\ndef test_b(): assert 0"
    code, said = run(test_a=marked, test_b=FINE)

    assert code == 0
    assert "3 passed, 1 skipped, 1 xfailed" in said


def test_a_warning_that_is_no_error_is_told(run: Run) -> None:
    warning = "import warnings, pytest\n@pytest.mark.filterwarnings('default')\ndef test(): warnings.warn('mind this')"
    code, said = run(test_a=warning)

    assert (code, "UserWarning: mind this" in said) == (0, True)


@pytest.mark.parametrize("unclosed", ["open('/dev/null')", "l = [open('/dev/null')]\n    l.append(l)"])
def test_what_is_not_closed_is_an_error_even_at_the_very_end(run: Run, unclosed: str) -> None:
    code, said = run(test_a=f"def test():\n    {unclosed}")

    assert code == 1
    assert "PytestUnraisableExceptionWarning" in said


def test_a_file_that_does_not_open_is_an_error_and_the_others_run(run: Run) -> None:
    code, said = run(test_a="import there_is_no_such_thing", test_b=FINE)

    assert code == 1
    assert "ERROR test_a.py" in said
    assert "ModuleNotFoundError: No module named 'there_is_no_such_thing'" in said
    assert "3 passed, 1 error" in said


def test_what_is_left_out_by_a_word_is_counted(run: Run) -> None:
    code, said = run("-k", "test_0 or test_1", test_a=FINE, test_b=FINE)

    assert (code, "4 passed, 2 deselected" in said) == (0, True)


def test_nothing_to_run_is_told_by_the_exit_code(run: Run) -> None:
    assert run("-k", "nothing", test_a=FINE)[0] == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_test_that_ends_its_process_is_named_and_ends_the_run(run: Run) -> None:
    code, said = run(test_a="import os\ndef test_ends(): os.kill(os.getpid(), 9)", test_b=FINE)

    assert code == 1
    assert "FAILED test_a.py::test_ends - The process that was at this has died of it (exit code -9)" in said


def test_a_test_that_hangs_says_where_and_ends_the_run(run: Run) -> None:
    hangs = "import time\ndef test_hangs(): time.sleep(50)"
    code, said = run("-o", "faulthandler_timeout=1", test_a=hangs, test_b=FINE)

    assert code == 1
    assert 'test_a.py", line 2 in test_hangs' in said
    assert "FAILED test_a.py::test_hangs" in said


def test_the_first_failure_can_be_the_last(run: Run) -> None:
    code, said = run("-x", test_a="\n".join(f"def test_{number}(): assert 0" for number in range(20)))

    assert code == 1
    assert "1 failed" in said


def test_xdist_and_one_process_can_be_asked_for(run: Run) -> None:
    alone = "import multiprocessing\ndef test(): assert multiprocessing.parent_process() is None"

    assert [run(option, test_a=alone)[0] for option in ("-n0", "-n1", "-s")] == [0, 0, 0]
    assert on_all_cores.FEWEST > 1
