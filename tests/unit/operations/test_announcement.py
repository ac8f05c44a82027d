"""What whoever starts the service is told about making an administrator."""

import pytest
from structlog.testing import capture_logs

from auth_http.serving.announcement import Announcement
from auth_http.settings import LogFormat, Settings

SECRET = "q3Yd0vJ8mK2xT7bNfR5wLz9cGhS4pVaE1uXiOoBtWnM="


def announce(*, secret: str | None, lacks_administrator: bool, log_format: LogFormat) -> None:
    settings = Settings(setup_secret=secret, log_format=log_format)  # pyright: ignore[reportArgumentType] - read from text
    Announcement(
        settings=settings, address="http://auth.test", storage="memory", lacks_administrator=lacks_administrator
    ).make()


@pytest.mark.covers("AUZ-15")
def test_it_says_where_to_set_up_while_that_is_open(capsys: pytest.CaptureFixture[str]) -> None:
    announce(secret=SECRET, lacks_administrator=True, log_format=LogFormat.CONSOLE)
    said = capsys.readouterr().out

    assert "users create" in said
    assert "POST http://auth.test/setup/administrator" in said
    assert SECRET not in said


@pytest.mark.parametrize(("secret", "lacks"), [(None, True), (SECRET, False)])
def test_it_says_nothing_of_it_otherwise(*, secret: str | None, lacks: bool) -> None:
    with capture_logs() as lines:
        announce(secret=secret, lacks_administrator=lacks, log_format=LogFormat.JSON)

    [line] = lines
    assert line["set_up_open_at"] is None
    assert bool(line["make_first_administrator"]) is lacks
