"""The contracts over adapters in memory, where nothing takes long that is not held up."""

from collections.abc import Generator

import pytest

from auth_core.testing.contracts.concurrency import unhindered_within


@pytest.fixture(autouse=True, scope="module")
def in_memory() -> Generator[None]:
    with unhindered_within(0.01):
        yield
