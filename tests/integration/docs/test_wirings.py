"""The three wirings of the guide: one program in process and remote, and one that only verifies."""

import subprocess
import sys
from collections.abc import Mapping
from http.client import HTTPConnection
from json import dumps, loads
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.integration.docs.served import Service
from tests.integration.docs.shell import environment
from tests.unit.docs.markdown import executed_by

WAS_HERE = "Lin ('user',) was here: revoked_token\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The programs of the guide, each in its file."""
    for example in executed_by(Path(__file__)):
        (tmp_path / str(example.name)).write_text(example.text, encoding="utf-8")
    return tmp_path


def ran(program: Path, settings: Mapping[str, str], typed: str = "") -> str:
    finished = subprocess.run(
        [sys.executable, program.name],
        cwd=program.parent,
        env=environment(settings),
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert not finished.stderr
    return finished.stdout


def ask(service: Service, path: str, document: object) -> dict[str, str]:
    connection = HTTPConnection(urlsplit(service.address).netloc, timeout=60)
    connection.request("POST", path, dumps(document), {"Content-Type": "application/json"})
    answer = loads(connection.getresponse().read())
    connection.close()
    return dict(answer)


def test_the_same_program_runs_in_process_and_remote(service: Service, folder: Path) -> None:
    at_home = ran(folder / "in_process.py", {})
    elsewhere = ran(folder / "over_http.py", {"AUTH_URL": service.address})

    assert at_home == elsewhere == WAS_HERE


def test_a_program_that_only_verifies_says_who_is_calling(service: Service, folder: Path) -> None:
    created = subprocess.run(
        [sys.executable, "-m", "auth_http", "clients", "create", "greeter", "--may", "revocations:read", "--json"],
        env=environment(service.settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert created.returncode == 0, created.stderr
    client = loads(created.stdout)
    account = {"email": "lin.who.greets@example.com", "password": "correct horse battery staple"}
    ask(service, "/auth/register", account | {"first_name": "Lin", "last_name": "Clark"})
    token = ask(service, "/auth/login", account)["access_token"]

    said = ran(
        folder / "verify_only.py",
        {"AUTH_URL": service.address, "CLIENT_ID": client["client_id"], "CLIENT_SECRET": client["client_secret"]},
        typed=token,
    )

    assert said == "somebody with the roles ('user',)\n"
