"""What every unit test may ask for."""

import gc

import pytest
from hypothesis import settings

from tests.unit.core_in_memory import Core
from tests.unit.on_all_cores import FEWEST, pytest_runtestloop

__all__ = ["pytest_runtestloop"]

# How long an example takes says something about how busy the machine is, and nothing about the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


# The garbage collector comes seldom, while tests are collected and when they run.
gc.set_threshold(50_000, 20, 100)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Keep what was collected, which stays to the end, out of the garbage collector's sight."""
    gc.freeze()
    # All of them have ten seconds on two idle cores: whoever adds one sees where the time goes.
    if session.config.option.durations is None and len(session.items) >= FEWEST:
        session.config.option.durations = 10


@pytest.fixture
async def core() -> Core:
    return await Core.make()
