"""Starting again finds what is there."""

from pathlib import Path

from auth_adapters.postgres.embedded import EmbeddedPostgres
from tests.integration.embedded.starting import Starter, ask, embedded, ends, nothing_installed


async def test_data_survives_a_restart(home: Path) -> None:
    first = embedded(home).start()
    first.create_database()
    await ask(first.url(), "CREATE TABLE kept AS SELECT 42")
    first.stop()

    second = embedded(home).start()

    assert ends(first.pid)
    assert await ask(second.url(), "TABLE kept") == 42


def test_a_second_start_finds_the_running_server(home: Path) -> None:
    first = embedded(home).start()

    second = EmbeddedPostgres(home, installations=nothing_installed).start()

    assert (second.pid, second.port, second.started_here) == (first.pid, first.port, False)


def test_of_simultaneous_starters_one_starts_and_the_others_find_the_same_server(new_home: Path) -> None:
    starters = [Starter(new_home) for _ in range(6)]
    outcomes = [starter.wait_until_started() for starter in starters]
    complaints = [starter.leave() for starter in starters]

    assert len({pid for pid, _ in outcomes}) == 1
    assert [started_here for _, started_here in outcomes].count(True) == 1
    assert complaints == [""] * 6


def test_a_log_that_has_grown_long_is_put_aside(home: Path) -> None:
    with (home / "log").open("a") as log:
        log.write("x" * 2_000_000)

    embedded(home).start()

    assert (home / "log").stat().st_size < 10_000
    assert (home / "log.1").stat().st_size > 2_000_000
