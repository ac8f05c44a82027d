"""A first start makes everything, and makes it safe."""

import secrets
import stat
from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from auth_adapters.postgres.embedded import EmbeddedPostgres
from tests.integration.embedded.starting import LINUX, ask, embedded, secrets_of


async def test_a_first_start_gives_a_database_of_the_services_own(new_home: Path) -> None:
    server = embedded(new_home).start()

    assert server.started_here
    assert server.create_database("auth") is True
    assert server.create_database("auth") is False
    assert await ask(server.url(), "SELECT current_user || ' in ' || current_database()") == "auth in auth"
    assert await ask(server.url(), "CREATE TABLE t (c text)", "SHOW server_encoding") == "UTF8"


async def test_the_service_is_not_the_superuser_and_every_write_is_durable(home: Path) -> None:
    url = EmbeddedPostgres(home).start().url("postgres")

    assert await ask(url, "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user") is False
    assert await ask(url, "SHOW fsync") == "on"
    with pytest.raises(DBAPIError, match="permission denied"):
        await ask(url, "COPY (SELECT 1) TO PROGRAM 'true'")


async def test_only_the_loopback_address_is_served_and_only_with_the_password(home: Path) -> None:
    url = embedded(home).start().url("postgres")

    assert await ask(url, "SHOW listen_addresses") == "127.0.0.1"
    with pytest.raises(DBAPIError, match="password authentication failed"):
        await ask(make_url(url).set(password="guess").render_as_string(hide_password=False))


def test_nobody_else_may_read_the_folder_or_the_passwords(made_home: Path) -> None:
    assert stat.S_IMODE(made_home.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in made_home.glob("*.password")} == {0o600}
    assert len(set(secrets_of(made_home))) == 2


async def test_a_database_may_have_any_name(home: Path) -> None:
    server = embedded(home).start()
    name = "we\"ird':x %/ñ"

    server.create_database(name)

    assert await ask(server.url(name), "SELECT current_database()") == name


async def test_durability_can_be_given_up_by_a_name_that_says_so(home: Path) -> None:
    server = EmbeddedPostgres(home, unsafe_no_fsync=True).start()

    assert await ask(server.url("postgres"), "SHOW fsync") == "off"


@pytest.mark.skipif(not LINUX, reason="only Linux shows the environment of a process as a file")
def test_the_secrets_of_the_service_do_not_live_on_in_the_server(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = secrets.token_hex()
    monkeypatch.setenv("AUTH_SECRET", secret)

    server = embedded(home).start()

    assert secret not in Path(f"/proc/{server.pid}/environ").read_text()
