"""The services of the guide on guards: the programs of its page, which call each other and follow the real service."""

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import httpx2
import pytest

from tests.integration.docs.served import Service
from tests.integration.docs.shell import Outcome, environment, run
from tests.unit.docs.markdown import ROOT, executed_by

PAGE: Final = list(executed_by(Path(__file__)))
PROGRAMS: Final = {str(each.name): each.text for each in PAGE if each.language == "python"}
SERVICES: Final = ("ledger.py", "reminders.py", "invoices.py")
BOUND: Final = 1.0
"""Seconds within which the guide says that a sign-out is in force elsewhere."""


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_programs_are_the_ones_among_the_examples(name: str) -> None:
    program = (ROOT / "docs" / "examples" / "guarded" / name).read_text(encoding="utf-8")

    assert program.endswith(f"\n\n{PROGRAMS[name]}")


@pytest.fixture(scope="module")
def addresses(service: Service) -> Mapping[str, str]:
    """What the page says of where things are, and where they are in this test."""
    here = {f"127.0.0.1:{port}": f"127.0.0.1:{_free_port()}" for port in (8001, 8002, 8003)}
    # As texts in the programs: the port of a server stands alone.
    ports = {old.rpartition(":")[2]: new.rpartition(":")[2] for old, new in here.items()}
    return {"http://127.0.0.1:8000": service.address} | here | ports


@pytest.fixture(scope="module")
def walk(
    service: Service, addresses: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Generator[tuple[Outcome, Mapping[str, str]]]:
    """What the reader sees who follows the page to its end, and the addresses while everything is still running."""
    folder = tmp_path_factory.mktemp("guarded")
    for name, text in PROGRAMS.items():
        (folder / name).write_text(_here(text, addresses), encoding="utf-8")
    prepare, *steps = [_here(each.text, addresses) for each in PAGE if each.language == "sh"]
    prepared = run(prepare, environ=service.settings, folder=folder)
    assert not prepared.complaints
    issued = json.loads((folder / "client.json").read_text(encoding="utf-8"))
    client = {"CLIENT_ID": issued["client_id"], "CLIENT_SECRET": issued["client_secret"]}
    with ExitStack() as running:
        for name in SERVICES:
            running.enter_context(_started(name, folder, addresses, client))
        yield run(f"AUTH={service.address}", *steps, environ={}, folder=folder), addresses


def test_three_services_act_in_the_name_of_whoever_asks(walk: tuple[Outcome, Mapping[str, str]]) -> None:
    outcome, _ = walk

    log_in, listed, approved, reminded, *_ = outcome.statuses
    assert (log_in, listed, approved, reminded) == (200, 200, 200, 200)
    assert '"entry":{"invoice":"A-17","entered_by":"' in outcome.said
    assert '{"reminded_of":"A-17","in_the_name_of":"' in outcome.said
    assert not outcome.complaints


def test_whoever_may_not_is_refused_by_the_service_that_knows(walk: tuple[Outcome, Mapping[str, str]]) -> None:
    outcome, _ = walk

    anonymous, log_in, approve, remind = outcome.statuses[4:8]
    assert (anonymous, log_in, approve, remind) == (401, 200, 403, 200)
    assert '"code": "missing_token"' in outcome.said
    assert '{"refused":"permission_denied"}' in outcome.said


@pytest.mark.covers("JWT-20", "AUZ-09")
def test_who_signed_out_is_refused_elsewhere_when_the_page_says_so(walk: tuple[Outcome, Mapping[str, str]]) -> None:
    outcome, _ = walk

    log_out, afterwards = outcome.statuses[8:]
    assert (log_out, afterwards) == (204, 401)
    assert '"code": "revoked_token"' in outcome.said


@pytest.mark.covers("JWT-20", "AUZ-09")
async def test_a_sign_out_is_in_force_in_all_three_within_a_second(walk: tuple[Outcome, Mapping[str, str]]) -> None:
    _, at = walk
    invoices, ledger = f"http://{at['127.0.0.1:8001']}", f"http://{at['127.0.0.1:8002']}"
    async with httpx2.AsyncClient(trust_env=False) as client:
        ada = {"email": "ada@example.com", "password": "correct horse battery staple"}
        token = (await client.post(f"{at['http://127.0.0.1:8000']}/auth/login", json=ada)).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}

        async def statuses() -> tuple[int, int, str]:
            reminded = await client.post(f"{invoices}/invoices/A-17/remind", headers=headers)
            entered = await client.post(f"{ledger}/entries", json={"invoice": "A-17"}, headers=headers)
            direct = await _remind(at["127.0.0.1:8003"], token)
            return reminded.status_code, entered.status_code, direct

        before = await statuses()
        await client.post(f"{at['http://127.0.0.1:8000']}/auth/logout", headers=headers)
        acknowledged = time.monotonic()
        after = before
        while after != (401, 401, "revoked_token") and time.monotonic() < acknowledged + 10 * BOUND:
            after = await statuses()
        taken = time.monotonic() - acknowledged

    assert before == (200, 201, "")
    assert after == (401, 401, "revoked_token")
    assert taken < BOUND


async def test_what_is_open_is_open_and_nothing_else(walk: tuple[Outcome, Mapping[str, str]]) -> None:
    _, at = walk
    ledger = f"http://{at['127.0.0.1:8002']}"
    async with httpx2.AsyncClient(trust_env=False) as client:
        opened = (await client.get(f"{ledger}/health")).status_code
        spelt = [(await client.get(f"{ledger}{path}")).status_code for path in ("/health/", "//health", "/%48ealth")]

    assert (opened, spelt) == (200, [401, 401, 401])


async def _remind(where: str, token: str) -> str:
    """Ask the service without HTTP; return why it refused, nothing when it did not."""
    host, _, port = where.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f'{{"token": "{token}", "invoice": "A-17"}}\n'.encode())
    answer = (await reader.readline()).decode()
    writer.close()
    return answer.partition('"refused": "')[2].partition('"')[0]


def _here(text: str, addresses: Mapping[str, str]) -> str:
    for on_the_page, in_this_test in addresses.items():
        text = text.replace(on_the_page, in_this_test)
    return text


@contextmanager
def _started(name: str, folder: Path, addresses: Mapping[str, str], client: Mapping[str, str]) -> Generator[None]:
    """Run a program of the page until the block ends. When the block begins, it listens."""
    port = int(addresses[{"invoices.py": "8001", "ledger.py": "8002", "reminders.py": "8003"}[name]])
    said = folder / f"{name}.said"
    with said.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, name], cwd=folder, env=environment(client), stdout=output, stderr=subprocess.STDOUT
        )
    with process:
        try:
            until = time.monotonic() + 60
            while not _listens(port):
                assert process.poll() is None, said.read_text()
                assert time.monotonic() < until, said.read_text()
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(30)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
