"""A real PostgreSQL for all tests below: one server, and for each module a database of its own."""

from collections.abc import AsyncGenerator, Generator
from functools import cache

import pytest

from auth_adapters.postgres import Database, PostgresPorts, postgres_ports
from auth_core import Redacted
from auth_core.testing import MovableClock
from tests.integration import postgres_source
from tests.integration.databases import Databases, databases_on
from tests.integration.serving import proxies

_source = cache(postgres_source.choose)


def pytest_report_header() -> list[str]:
    lacking = proxies.missing()
    return [
        f"PostgreSQL: {_source()}",
        f"proxies: {f'without {", ".join(lacking)}' if lacking else 'nginx and haproxy'}",
    ]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out, in the end, where it is read."""
    if lacking := proxies.missing():
        terminalreporter.section("not tried")
        terminalreporter.line(
            f"Not installed: {', '.join(lacking)}. So what is shipped for them in deploy/ was not run."
        )
        terminalreporter.line(proxies.HOW_TO_GET_THEM)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Generator[postgres_source.Server]:
    """The server; never skipped: without one every test that needs it fails and says what to do."""
    base = tmp_path_factory.getbasetemp()
    home = (base if worker_id == "master" else base.parent) / "postgres"  # workers share one
    with postgres_source.running(_source(), home) as server:
        yield server


@pytest.fixture(scope="session")
async def databases(postgres_server: postgres_source.Server) -> AsyncGenerator[Databases]:
    async with databases_on(postgres_server.url) as databases:
        yield databases


@pytest.fixture(scope="module")
async def address(databases: Databases) -> Redacted[str]:
    """The address of a migrated database that the tests of one module share."""
    return await databases.migrated()


@pytest.fixture(scope="module")
async def database(address: Redacted[str]) -> AsyncGenerator[Database]:
    database = Database(address)
    yield database
    await database.close()


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def storage(database: Database, clock: MovableClock) -> PostgresPorts:
    return postgres_ports(database, clock=clock)
