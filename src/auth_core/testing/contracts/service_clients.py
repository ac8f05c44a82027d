"""What every store of service clients promises, to those who look after them and to whoever has to believe them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from auth_core.assembly import Tx
from auth_core.ids import ClientId
from auth_core.oauth.client_secret import SecretDigest
from auth_core.oauth.model import MOST_REPLACED, ClientPermission, ReplacedSecret, ServiceClient
from auth_core.testing.builders import a_digest, a_service_client
from auth_core.testing.contracts.concurrency import in_transaction, race, roll_back, while_open
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import NOON

LATER: Final = NOON + timedelta(hours=1, microseconds=7)
ALL: Final = frozenset(ClientPermission)
NOTHING: Final[frozenset[ClientPermission]] = frozenset()


class ServiceClientsContract:
    """Subclass it and provide the fixture `storage`."""

    async def test_a_client_comes_back_as_it_was_added(self, storage: Storage) -> None:
        for permissions in (ALL, NOTHING):
            client = replace(
                a_service_client(permissions=permissions),
                disabled_at=LATER,
                replaced=(_replaced_at(LATER), _replaced_at(NOON)),
            )

            added = await _add(storage, client)

            assert added
            assert await _find(storage, client.id) == client

    async def test_whoever_has_to_believe_a_client_finds_the_same(self, storage: Storage) -> None:
        client, other = await stored_client(storage), await stored_client(storage)
        await in_transaction(storage, lambda tx: tx.clients.disable(client.id, now=LATER))

        assert await storage.known_clients.find(client.id) == replace(client, disabled_at=LATER)
        assert await storage.known_clients.find(other.id) == other

    async def test_what_is_not_committed_is_not_believed(self, storage: Storage) -> None:
        client = a_service_client()

        async with storage.uow() as tx:
            await tx.clients.add(client)

            assert await storage.known_clients.find(client.id) is None

        assert await storage.known_clients.find(client.id) == client

    async def test_a_client_that_is_not_there_is_not_found(self, storage: Storage) -> None:
        await stored_client(storage)
        stranger = a_service_client()

        assert await _find(storage, stranger.id) is None
        assert await storage.known_clients.find(stranger.id) is None
        assert await in_transaction(storage, lambda tx: tx.clients.find_by_name(stranger.name)) is None

    async def test_a_client_is_found_by_its_name(self, storage: Storage) -> None:
        client, _ = await stored_client(storage), await stored_client(storage)

        assert await in_transaction(storage, lambda tx: tx.clients.find_by_name(client.name)) == client

    async def test_clients_are_listed_by_name(self, storage: Storage) -> None:
        suffix = a_service_client().name
        clients = [await stored_client(storage, name=f"{first}{suffix}"[:32]) for first in ("b", "b_", "a", "b-")]

        listed = await in_transaction(storage, lambda tx: tx.clients.list_all())

        names = [client.name for client in listed]
        assert names == sorted(names)
        assert [client for client in listed if client in clients] == sorted(clients, key=lambda each: each.name)

    async def test_a_name_is_given_once_and_the_transaction_goes_on(self, storage: Storage) -> None:
        first = await stored_client(storage)
        second, third = a_service_client(name=first.name), a_service_client()

        async def try_both(tx: Tx) -> tuple[bool, bool]:
            return await tx.clients.add(second), await tx.clients.add(third)

        assert await in_transaction(storage, try_both) == (False, True)
        assert await _find(storage, first.id) == first
        assert await _find(storage, second.id) is None
        assert await _find(storage, third.id) == third

    async def test_of_many_who_take_a_name_at_once_one_does(self, storage: Storage) -> None:
        name = a_service_client().name

        added = await race(20, lambda: _add(storage, a_service_client(name=name)))

        assert sorted(added) == [False] * 19 + [True]

    async def test_a_name_is_free_once_whoever_wanted_it_first_has_rolled_back(self, storage: Storage) -> None:
        name = a_service_client().name

        added = await while_open(
            storage,
            lambda tx: tx.clients.add(a_service_client(name=name)),
            lambda: _add(storage, a_service_client(name=name)),
            rolled_back=True,
        )

        assert added

    async def test_a_client_may_do_what_it_was_let_do_last(self, storage: Storage) -> None:
        client, other = await stored_client(storage), await stored_client(storage)

        for permissions in (ALL, frozenset({ClientPermission.FOLLOW}), NOTHING):
            permitted = [await _permit(storage, client.id, permissions) for _ in range(2)]

            assert permitted == [True, False]
            assert await _find(storage, client.id) == replace(client, permissions=permissions)
        assert await _find(storage, other.id) == other

    async def test_a_client_is_disabled_and_enabled_once_at_a_time(self, storage: Storage) -> None:
        client, other = await stored_client(storage), await stored_client(storage)

        disabled = [await _disable(storage, client.id, now=now) for now in (NOON, LATER)]
        as_disabled = await _find(storage, client.id)
        enabled = [await in_transaction(storage, lambda tx: tx.clients.enable(client.id)) for _ in range(2)]

        assert disabled == enabled == [True, False]
        assert as_disabled == replace(client, disabled_at=NOON)
        assert await _find(storage, client.id) == client
        assert await _find(storage, other.id) == other

    async def test_of_many_who_disable_a_client_at_once_one_does(self, storage: Storage) -> None:
        client = await stored_client(storage)

        disabled = await race(20, lambda: _disable(storage, client.id))

        assert sorted(disabled) == [False] * 19 + [True]

    async def test_a_replaced_secret_stays_until_it_is_over(self, storage: Storage) -> None:
        client, other = await stored_client(storage), await stored_client(storage)
        new = a_digest()

        replaced = await _replace_secret(storage, client.id, new, old_until=LATER)

        assert replaced
        assert await _find(storage, client.id) == replace(
            client,
            digest=new,
            secret_made_at=NOON + timedelta(minutes=1),
            replaced=(ReplacedSecret(digest=client.digest, good_until=LATER),),
        )
        assert await _find(storage, other.id) == other

    async def test_secrets_that_were_replaced_before_keep_their_ends_and_only_the_last_are_kept(
        self, storage: Storage
    ) -> None:
        client = await stored_client(storage)
        digests = [client.digest, *(a_digest() for _ in range(MOST_REPLACED + 1))]
        ends = [LATER + number * timedelta(minutes=1) for number in range(len(digests))]
        for old_until, new in zip(ends, digests[1:], strict=False):
            await _replace_secret(storage, client.id, new, old_until=old_until)

        stored = await _find(storage, client.id)

        assert stored is not None
        assert stored.digest == digests[-1]
        assert stored.replaced == tuple(
            ReplacedSecret(digest=digest, good_until=end)
            for digest, end in zip(digests[-2:0:-1], ends[-2:0:-1], strict=True)
        )

    async def test_a_secret_can_be_void_at_once_and_so_are_those_before_it(self, storage: Storage) -> None:
        client = await stored_client(storage)
        new = a_digest()
        await _replace_secret(storage, client.id, a_digest(), old_until=LATER)

        await _replace_secret(storage, client.id, new, old_until=None)

        stored = await _find(storage, client.id)
        assert stored is not None
        assert (stored.digest, stored.replaced) == (new, ())

    async def test_of_many_secrets_that_replace_each_other_the_last_are_left(self, storage: Storage) -> None:
        client = await stored_client(storage)
        digests = [a_digest() for _ in range(20)]
        left = list(digests)

        await race(20, lambda: _replace_secret(storage, client.id, left.pop(), old_until=LATER))

        stored = await _find(storage, client.id)
        assert stored is not None
        left_over = {stored.digest, *(each.digest for each in stored.replaced)}
        assert len(left_over & set(digests)) == 1 + MOST_REPLACED

    async def test_a_client_is_removed_once_and_its_name_is_free(self, storage: Storage) -> None:
        client, other = await stored_client(storage), await stored_client(storage)

        removed = [await in_transaction(storage, lambda tx: tx.clients.remove(client.id)) for _ in range(2)]

        assert removed == [True, False]
        assert await storage.known_clients.find(client.id) is None
        assert await storage.known_clients.find(other.id) == other
        assert await _add(storage, a_service_client(name=client.name))

    async def test_nothing_happens_to_a_client_that_is_not_there(self, storage: Storage) -> None:
        stranger = a_service_client()

        async def try_all(tx: Tx) -> list[bool]:
            return [
                await tx.clients.permit(stranger.id, ALL),
                await tx.clients.disable(stranger.id, now=NOON),
                await tx.clients.enable(stranger.id),
                await tx.clients.replace_secret(stranger.id, a_digest(), now=NOON, old_until=LATER),
                await tx.clients.remove(stranger.id),
            ]

        assert await in_transaction(storage, try_all) == [False] * 5
        assert await _find(storage, stranger.id) is None

    async def test_what_is_rolled_back_never_happened(self, storage: Storage) -> None:
        client = await stored_client(storage)

        async def change_all(tx: Tx) -> None:
            await tx.clients.permit(client.id, ALL)
            await tx.clients.disable(client.id, now=NOON)
            await tx.clients.replace_secret(client.id, a_digest(), now=NOON, old_until=LATER)

        await roll_back(storage, change_all)
        await roll_back(storage, lambda tx: tx.clients.remove(client.id))

        assert await storage.known_clients.find(client.id) == client


async def stored_client(storage: Storage, *, name: str | None = None) -> ServiceClient:
    """Return a client that may introspect tokens."""
    client = a_service_client(name=name)
    await _add(storage, client)
    return client


def _replaced_at(moment: datetime) -> ReplacedSecret:
    return ReplacedSecret(digest=a_digest(), good_until=moment)


async def _add(storage: Storage, client: ServiceClient) -> bool:
    return await in_transaction(storage, lambda tx: tx.clients.add(client))


async def _find(storage: Storage, client_id: ClientId) -> ServiceClient | None:
    return await in_transaction(storage, lambda tx: tx.clients.find(client_id))


async def _permit(storage: Storage, client_id: ClientId, permissions: frozenset[ClientPermission]) -> bool:
    return await in_transaction(storage, lambda tx: tx.clients.permit(client_id, permissions))


async def _disable(storage: Storage, client_id: ClientId, *, now: datetime = NOON) -> bool:
    return await in_transaction(storage, lambda tx: tx.clients.disable(client_id, now=now))


async def _replace_secret(
    storage: Storage, client_id: ClientId, new: SecretDigest, *, old_until: datetime | None
) -> bool:
    now = NOON + timedelta(minutes=1)
    return await in_transaction(
        storage, lambda tx: tx.clients.replace_secret(client_id, new, now=now, old_until=old_until)
    )
