"""The service asks about leaks where its settings say so, and nobody otherwise."""

import pytest
from dependency_injector import providers

from auth_core import Redacted
from auth_http.container import container_with
from auth_http.lifespan import opened
from auth_http.settings import Settings
from tests.unit.operations.storage_in_memory import StorageInMemory


def test_nobody_is_asked_unless_it_is_set_up() -> None:
    assert container_with(Settings()).breached_passwords() is None


async def test_its_connections_are_closed_with_the_rest() -> None:
    container = container_with(Settings(breached_passwords_url="http://127.0.0.1:9/range"))
    container.storage.override(providers.Object(StorageInMemory()))

    async with opened(container):
        asked = container.breached_passwords()

    assert asked is not None
    with pytest.raises(RuntimeError, match="closed"):
        await asked.has(Redacted("a password that has leaked"))
