"""The programs among the examples that need no service."""

import runpy
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from tests.unit.docs.markdown import Example, executed_by

_SAYS: Final = {
    "library_login.py": "grace@example.com is signed in until 20",
    "roles_in_python.py": "True by way of accountant > clerk\n1 would lose ('invoices:read',)\n",
    "own_port.py": "2030-01-01 00:00:00+00:00\n",
    "errors_by_kind.py": "['email', 'first_name', 'password']\ninvalid_credentials\n",
    "scrypt_hasher.py": "",
    "receive_webhook.py": "400\n",
    "use_case.py": "2025 is closed\npermission_denied\n",
}


@pytest.mark.parametrize("example", list(executed_by(Path(__file__))), ids=lambda each: f"{each.page.stem}-{each.name}")
def test_a_program_says_what_its_page_says(
    example: Example, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / str(example.name)
    program.write_text(example.text, encoding="utf-8")

    with ThreadPoolExecutor(1) as thread:  # where no event loop is, as in a program
        thread.submit(runpy.run_path, str(program), run_name="__main__").result()

    assert capsys.readouterr().out.startswith(_SAYS[program.name])
