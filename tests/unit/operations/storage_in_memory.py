"""A service without a server: its parts over memory."""

from collections.abc import Mapping

from dependency_injector import providers

from auth_adapters.memory import MemoryStore, memory_ports
from auth_http.container import Container, container_with
from auth_http.settings import Settings, Stage

SETTINGS = Settings(env=Stage.TEST)


class StorageInMemory:
    """There is nothing to open."""

    description = "memory"

    async def open(self) -> None:
        return None

    async def check(self) -> Mapping[str, str | None]:
        return {"database": None, "migrations": None}

    async def disconnect(self) -> None:
        return None

    async def close(self) -> None:
        return None


def container_over(store: MemoryStore) -> Container:
    """Return the parts of a service that keeps everything in `store`."""
    container = container_with(SETTINGS)
    container.storage.override(providers.Object(StorageInMemory()))
    container.ports.override(providers.Object(memory_ports(store=store, policies=SETTINGS.policies())))
    return container
