"""Folders for servers of their own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.embedded.starting import embedded, stop


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[Path]:
    """A folder that is not there yet."""
    home = tmp_path / "data of $HOME" / "postgres"
    yield home
    stop(home)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def home(made_home: Path) -> Iterator[Path]:
    """A folder whose server has run before. It is every test's: `changed` undoes what would spoil it."""
    yield made_home
    stop(made_home)


@pytest.fixture(scope="module")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("made") / "data of $HOME"
    embedded(home).start().stop()
    return home
