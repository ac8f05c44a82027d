"""What every unit test may ask for."""

import gc

import pytest
from hypothesis import settings

from tests.unit.core_in_memory import Core
from tests.unit.on_all_cores import FEWEST, files_of, pytest_collection, pytest_pycollect_makemodule, pytest_runtestloop

__all__ = ["pytest_collection", "pytest_pycollect_makemodule", "pytest_runtestloop"]

# How long an example takes says something about how busy the machine is, and nothing about the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


# The garbage collector comes seldom, while tests are collected and when they run.
gc.set_threshold(50_000, 20, 100)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Say which take longest: all have ten seconds on two idle cores, and who adds one sees where the time goes."""
    if session.config.option.durations is None and len(files_of(session)) >= FEWEST:
        session.config.option.durations = 10


@pytest.fixture
async def core() -> Core:
    return await Core.make()
