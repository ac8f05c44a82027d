"""The contract notices stores of service clients that do not keep it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from auth_adapters.memory import MemoryStore, memory_ports
from auth_adapters.memory.oauth import MemoryKnownClients, MemoryServiceClients
from auth_core.ids import ClientId
from auth_core.oauth.client_secret import SecretDigest
from auth_core.oauth.model import MOST_REPLACED, ClientName, ClientPermission, ReplacedSecret, ServiceClient
from auth_core.testing.contracts.service_clients import ServiceClientsContract
from auth_core.testing.contracts.storage import Storage
from tests.unit.contracts.broken_storage import Unlocked, gap, storage_in, storage_with
from tests.unit.contracts.mutation import caught_by


class LooksThenAdds(MemoryServiceClients):
    async def add(self, client: ServiceClient) -> bool:
        if await self.find_by_name(client.name) is not None:
            return False
        await gap()
        self._tables.clients[client.id] = client
        return True


@caught_by(
    "test_of_many_who_take_a_name_at_once_one_does",
    "test_a_name_is_free_once_whoever_wanted_it_first_has_rolled_back",
)
class TestLooksThenAdds(ServiceClientsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, clients=LooksThenAdds)


class GivesANameTwice(MemoryServiceClients):
    async def add(self, client: ServiceClient) -> bool:
        self._tables.clients[client.id] = client
        return True


@caught_by("test_a_name_is_given_once_and_the_transaction_goes_on", "test_of_many_who_take_a_name_at_once_one_does")
class TestGivesANameTwice(ServiceClientsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(clients=GivesANameTwice)


class TakesANamePartly(MemoryServiceClients):
    async def find_by_name(self, name: ClientName) -> ServiceClient | None:
        return next((each for each in self._tables.clients.values() if each.name.startswith(name[:2])), None)

    async def add(self, client: ServiceClient) -> bool:
        self._tables.clients[client.id] = client
        return True


@caught_by("test_a_client_that_is_not_there_is_not_found")
class TestTakesANamePartly(ServiceClientsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(clients=TakesANamePartly)


class ListsTheNewestFirst(MemoryServiceClients):
    async def list_all(self) -> Sequence[ServiceClient]:
        return list(reversed(self._tables.clients.values()))


@caught_by("test_clients_are_listed_by_name")
class TestListsTheNewestFirst(ServiceClientsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(clients=ListsTheNewestFirst)


class AddsPermissions(MemoryServiceClients):
    async def permit(self, client_id: ClientId, permissions: frozenset[ClientPermission]) -> bool:
        client = self._tables.clients.get(client_id)
        held = client.permissions if client else frozenset()
        return await super().permit(client_id, held | permissions)


@caught_by("test_a_client_may_do_what_it_was_let_do_last")
class TestAddsPermissions(ServiceClientsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(clients=AddsPermissions)


class PermitsEverybody(MemoryServiceClients):
    async def permit(self, client_id: ClientId, permissions: frozenset[ClientPermission]) -> bool:
        permitted = await super().permit(client_id, permissions)
        for other in self._tables.clients if permitted else ():
            await super().permit(other, permissions)
        return permitted


@caught_by("test_a_client_may_do_what_it_was_let_do_last")
class TestPermitsEverybody(ServiceClientsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(clients=PermitsEverybody)


class LooksThenDisables(MemoryServiceClients):
    async def disable(self, client_id: ClientId, *, now: datetime) -> bool:
        client = self._tables.clients.get(client_id)
        if client is None or client.disabled_at is not None:
            return False
        await gap()
        return self._keep(replace(client, disabled_at=now))


@caught_by("test_of_many_who_disable_a_client_at_once_one_does")
class TestLooksThenDisables(ServiceClientsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, clients=LooksThenDisables)


class DisablesAnew(MemoryServiceClients):
    async def disable(self, client_id: ClientId, *, now: datetime) -> bool:
        client = self._tables.clients.get(client_id)
        return client is not None and self._keep(replace(client, disabled_at=now))


@caught_by("test_a_client_is_disabled_and_enabled_once_at_a_time")
class TestDisablesAnew(ServiceClientsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(clients=DisablesAnew)


class KeepsEverySecret(MemoryServiceClients):
    async def replace_secret(
        self, client_id: ClientId, new: SecretDigest, *, now: datetime, old_until: datetime | None
    ) -> bool:
        before = self._tables.clients.get(client_id)
        replaced = await super().replace_secret(client_id, new, now=now, old_until=old_until)
        if before is not None:
            last = self._tables.clients[client_id].replaced[:1]
            self._keep(replace(self._tables.clients[client_id], replaced=(*last, *before.replaced)))
        return replaced


@caught_by(
    "test_secrets_that_were_replaced_before_keep_their_ends_and_only_the_last_are_kept",
    "test_a_secret_can_be_void_at_once_and_so_are_those_before_it",
)
class TestKeepsEverySecret(ServiceClientsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(clients=KeepsEverySecret)


class KeepsOneSecret(MemoryServiceClients):
    async def replace_secret(
        self, client_id: ClientId, new: SecretDigest, *, now: datetime, old_until: datetime | None
    ) -> bool:
        replaced = await super().replace_secret(client_id, new, now=now, old_until=old_until)
        if replaced:
            client = self._tables.clients[client_id]
            self._keep(replace(client, replaced=client.replaced[:1]))
        return replaced


@caught_by("test_secrets_that_were_replaced_before_keep_their_ends_and_only_the_last_are_kept")
class TestKeepsOneSecret(ServiceClientsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(clients=KeepsOneSecret)


class ProlongsEverySecret(MemoryServiceClients):
    async def replace_secret(
        self, client_id: ClientId, new: SecretDigest, *, now: datetime, old_until: datetime | None
    ) -> bool:
        replaced = await super().replace_secret(client_id, new, now=now, old_until=old_until)
        if replaced and old_until:
            client = self._tables.clients[client_id]
            prolonged = tuple(replace(each, good_until=old_until) for each in client.replaced)
            self._keep(replace(client, replaced=prolonged))
        return replaced


@caught_by("test_secrets_that_were_replaced_before_keep_their_ends_and_only_the_last_are_kept")
class TestProlongsEverySecret(ServiceClientsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(clients=ProlongsEverySecret)


class KeepsTheNewSecretTwice(MemoryServiceClients):
    async def replace_secret(
        self, client_id: ClientId, new: SecretDigest, *, now: datetime, old_until: datetime | None
    ) -> bool:
        replaced = await super().replace_secret(client_id, new, now=now, old_until=old_until)
        if replaced and old_until:
            again = ReplacedSecret(digest=new, good_until=old_until)
            self._keep(replace(self._tables.clients[client_id], replaced=(again,)))
        return replaced


@caught_by("test_a_replaced_secret_stays_until_it_is_over")
class TestKeepsTheNewSecretTwice(ServiceClientsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(clients=KeepsTheNewSecretTwice)


class ReadsThenReplaces(MemoryServiceClients):
    async def replace_secret(
        self, client_id: ClientId, new: SecretDigest, *, now: datetime, old_until: datetime | None
    ) -> bool:
        client = self._tables.clients.get(client_id)
        if client is None:
            return False
        await gap()
        last = (ReplacedSecret(digest=client.digest, good_until=old_until),) if old_until else ()
        return self._keep(
            replace(client, digest=new, secret_made_at=now, replaced=(*last, *client.replaced)[:MOST_REPLACED])
        )


@caught_by("test_of_many_secrets_that_replace_each_other_the_last_are_left")
class TestReadsThenReplaces(ServiceClientsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, clients=ReadsThenReplaces)


class OnlyDisables(MemoryServiceClients):
    async def remove(self, client_id: ClientId) -> bool:
        client = self._tables.clients.get(client_id)
        if client is None:
            return False
        self._keep(replace(client, disabled_at=client.created_at))
        return True


@caught_by("test_a_client_is_removed_once_and_its_name_is_free")
class TestOnlyDisables(ServiceClientsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(clients=OnlyDisables)


class RemembersClients(MemoryKnownClients):
    """Believes a client as it was when it was first asked for."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self._remembered: dict[ClientId, ServiceClient | None] = {}

    async def find(self, client_id: ClientId) -> ServiceClient | None:
        if client_id not in self._remembered:
            self._remembered[client_id] = await super().find(client_id)
        return self._remembered[client_id]


@caught_by("test_what_is_not_committed_is_not_believed")
class TestRemembersClients(ServiceClientsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        store = MemoryStore()
        return memory_ports(store=store, known_clients=RemembersClients(store))


class BelievesAnybody(MemoryKnownClients):
    async def find(self, client_id: ClientId) -> ServiceClient | None:
        await self._store.elsewhere()
        return next(iter(self._store.committed.clients.values()), None)


@caught_by(
    "test_whoever_has_to_believe_a_client_finds_the_same",
    "test_a_client_that_is_not_there_is_not_found",
    "test_a_client_is_removed_once_and_its_name_is_free",
)
class TestBelievesAnybody(ServiceClientsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        store = MemoryStore()
        return memory_ports(store=store, known_clients=BelievesAnybody(store))


class ForgetsThatItIsDisabled(MemoryKnownClients):
    async def find(self, client_id: ClientId) -> ServiceClient | None:
        client = await super().find(client_id)
        return client and replace(client, disabled_at=None)


@caught_by("test_whoever_has_to_believe_a_client_finds_the_same")
class TestForgetsThatItIsDisabled(ServiceClientsContract):
    @pytest.fixture
    def storage(self) -> Storage:
        store = MemoryStore()
        return memory_ports(store=store, known_clients=ForgetsThatItIsDisabled(store))
