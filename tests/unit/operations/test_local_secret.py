"""Secrets that are made up are made once, and are ours alone."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from auth_http.exit_codes import CannotRun
from auth_http.keychain import keychain
from auth_http.local_secret import local_secret
from auth_http.settings import Settings, Stage


@pytest.mark.covers("R-C1")
def test_it_is_made_once_and_only_we_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "secret"

    first, second = local_secret(path), local_secret(path)

    assert first.reveal() == second.reveal()
    assert len(first.reveal()) >= 43
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_of_many_at_once_all_get_the_same(tmp_path: Path) -> None:
    path = tmp_path / "secret"

    with ThreadPoolExecutor(20) as pool:
        secrets = {made.reveal() for made in pool.map(local_secret, [path] * 20)}

    assert len(secrets) == 1


def test_two_folders_have_two_secrets(tmp_path: Path) -> None:
    assert local_secret(tmp_path / "a").reveal() != local_secret(tmp_path / "b").reveal()


def test_a_folder_that_cannot_be_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(CannotRun, match="AUTH_DATA_DIR"):
        local_secret(tmp_path / "file" / "secret")


@pytest.mark.covers("CFG-06")
def test_where_people_rely_on_it_none_is_made(tmp_path: Path) -> None:
    settings = Settings(env=Stage.PRODUCTION, data_dir=tmp_path)

    with pytest.raises(CannotRun, match="AUTH_MASTER_SECRET"):
        keychain(settings)
    assert not list(tmp_path.iterdir())


@pytest.mark.covers("CFG-05")
def test_while_the_master_secret_is_replaced_the_previous_one_still_opens(tmp_path: Path) -> None:
    before = keychain(Settings(master_secret="a" * 40))  # pyright: ignore[reportArgumentType] - read from text
    after = keychain(Settings(master_secret="b" * 40, previous_master_secret="a" * 40))  # pyright: ignore[reportArgumentType] - read from text

    for purpose in ("refresh", "pepper", "signing"):
        old, new = getattr(before, purpose), getattr(after, purpose)
        assert new.current.id != old.current.id
        assert [key.id for key in new.previous] == [old.current.id]
