"""What every store of signing keys promises."""

from datetime import datetime, timedelta

from auth_core.assembly import Tx
from auth_core.redacted import Redacted
from auth_core.testing.builders import a_signing_key
from auth_core.testing.contracts.concurrency import in_transaction, race, roll_back, while_open
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import NOON
from auth_core.tokens.keys import SigningKey


class SigningKeysContract:
    """Subclass it and provide the fixture `storage`."""

    async def test_a_key_comes_back_as_it_was_added(self, storage: Storage) -> None:
        key = a_signing_key(await _free_number(storage), signs_from=NOON + timedelta(minutes=6))

        added = await _add(storage, key)

        assert added
        stored = await _find(storage, key.number)
        assert stored is not None
        assert (stored.kid, stored.created_at, stored.signs_from) == (key.kid, key.created_at, key.signs_from)
        assert stored.material.algorithm is key.material.algorithm
        assert dict(stored.material.public_jwk) == key.material.public_jwk
        assert stored.material.sealed_private_key.reveal() == key.material.sealed_private_key.reveal()

    async def test_keys_are_listed_by_number(self, storage: Storage) -> None:
        number = await _free_number(storage)
        for each in (number, number + 1, number + 2):
            await _add(storage, a_signing_key(each))

        numbers = [key.number for key in await _list_all(storage)]

        assert numbers == sorted(set(numbers))
        assert numbers[-3:] == [number, number + 1, number + 2]

    async def test_a_number_is_given_once(self, storage: Storage) -> None:
        number = await _free_number(storage)
        first = a_signing_key(number)
        await _add(storage, first)

        added = await _add(storage, a_signing_key(number))

        assert not added
        stored = await _find(storage, number)
        assert stored is not None
        assert stored.kid == first.kid

    async def test_the_transaction_goes_on_after_a_number_was_taken(self, storage: Storage) -> None:
        number = await _free_number(storage)
        await _add(storage, a_signing_key(number))

        async def try_both(tx: Tx) -> tuple[bool, bool]:
            return (
                await tx.signing_keys.add(a_signing_key(number)),
                await tx.signing_keys.add(a_signing_key(number + 1)),
            )

        assert await in_transaction(storage, try_both) == (False, True)
        assert await _find(storage, number + 1) is not None

    async def test_of_many_who_add_a_number_at_once_one_does(self, storage: Storage) -> None:
        number = await _free_number(storage)

        added = await race(20, lambda: _add(storage, a_signing_key(number)))

        assert sorted(added) == [False] * 19 + [True]

    async def test_a_number_is_free_once_whoever_wanted_it_first_has_rolled_back(self, storage: Storage) -> None:
        number = await _free_number(storage)

        added = await while_open(
            storage,
            lambda tx: tx.signing_keys.add(a_signing_key(number)),
            lambda: _add(storage, a_signing_key(number)),
            rolled_back=True,
        )

        assert added

    async def test_a_key_is_revoked_and_its_neighbours_are_not(self, storage: Storage) -> None:
        number = await _free_number(storage)
        keys = [a_signing_key(each) for each in (number, number + 1, number + 2)]
        for key in keys:
            await _add(storage, key)

        revoked = await _revoke(storage, keys[1])

        assert revoked
        assert [key.revoked_at for key in (await _list_all(storage))[-3:]] == [None, NOON, None]

    async def test_a_revoked_key_stays_as_it_was_otherwise(self, storage: Storage) -> None:
        key = a_signing_key(await _free_number(storage))
        await _add(storage, key)

        await _revoke(storage, key)

        stored = await _find(storage, key.number)
        assert stored is not None
        assert (stored.kid, stored.created_at, stored.signs_from) == (key.kid, key.created_at, key.signs_from)
        assert stored.material.sealed_private_key.reveal() == key.material.sealed_private_key.reveal()

    async def test_a_key_is_revoked_once_and_for_ever(self, storage: Storage) -> None:
        key = a_signing_key(await _free_number(storage))
        await _add(storage, key)
        await _revoke(storage, key)

        again = await _revoke(storage, key, now=NOON + timedelta(minutes=1))

        assert not again
        stored = await _find(storage, key.number)
        assert stored is not None
        assert stored.revoked_at == NOON

    async def test_of_many_who_revoke_a_key_at_once_one_does(self, storage: Storage) -> None:
        key = a_signing_key(await _free_number(storage))
        await _add(storage, key)

        revoked = await race(20, lambda: _revoke(storage, key))

        assert sorted(revoked) == [False] * 19 + [True]

    async def test_a_key_that_is_not_there_is_not_revoked(self, storage: Storage) -> None:
        before = [(key.kid, key.revoked_at) for key in await _list_all(storage)]

        assert not await _revoke(storage, a_signing_key(await _free_number(storage)))
        assert [(key.kid, key.revoked_at) for key in await _list_all(storage)] == before

    async def test_a_revocation_that_is_rolled_back_never_was(self, storage: Storage) -> None:
        key = a_signing_key(await _free_number(storage))
        await _add(storage, key)

        await roll_back(storage, lambda tx: tx.signing_keys.revoke(key.kid, now=NOON))

        assert await _revoke(storage, key)

    async def test_a_private_half_is_sealed_anew_and_nothing_else_changes(self, storage: Storage) -> None:
        number = await _free_number(storage)
        key, neighbour = a_signing_key(number), a_signing_key(number + 1)
        for each in (key, neighbour):
            await _add(storage, each)

        resealed = await _reseal(storage, key, Redacted(b"anew"), old=key.material.sealed_private_key)

        assert resealed
        stored = [await _find(storage, each.number) for each in (key, neighbour)]
        assert [each and each.material.sealed_private_key.reveal() for each in stored] == [
            b"anew",
            neighbour.material.sealed_private_key.reveal(),
        ]
        assert [each and each.kid for each in stored] == [key.kid, neighbour.kid]

    async def test_what_was_sealed_anew_meanwhile_is_left_alone(self, storage: Storage) -> None:
        key = a_signing_key(await _free_number(storage))
        await _add(storage, key)
        old = key.material.sealed_private_key

        first = await _reseal(storage, key, Redacted(b"first"), old=old)
        second = await _reseal(storage, key, Redacted(b"second"), old=old)
        stranger = await _reseal(storage, a_signing_key(key.number), Redacted(b"stranger"), old=Redacted(b"first"))

        assert (first, second, stranger) == (True, False, False)
        stored = await _find(storage, key.number)
        assert stored is not None
        assert stored.material.sealed_private_key.reveal() == b"first"

    async def test_a_key_is_forgotten(self, storage: Storage) -> None:
        number = await _free_number(storage)
        for each in (number, number + 1):
            await _add(storage, a_signing_key(each))

        await _remove(storage, number)

        assert await _find(storage, number) is None
        assert await _find(storage, number + 1) is not None

    async def test_forgetting_what_is_not_there_does_nothing(self, storage: Storage) -> None:
        number = await _free_number(storage)
        before = [key.kid for key in await _list_all(storage)]

        await _remove(storage, number)

        assert [key.kid for key in await _list_all(storage)] == before

    async def test_what_is_rolled_back_was_neither_added_nor_forgotten(self, storage: Storage) -> None:
        number = await _free_number(storage)
        await _add(storage, a_signing_key(number))

        async def replace(tx: Tx) -> None:
            await tx.signing_keys.remove(number)
            await tx.signing_keys.add(a_signing_key(number + 1))

        await roll_back(storage, replace)

        assert await _find(storage, number) is not None
        assert await _find(storage, number + 1) is None


async def _list_all(storage: Storage) -> list[SigningKey]:
    return list(await in_transaction(storage, lambda tx: tx.signing_keys.list_all()))


async def _free_number(storage: Storage) -> int:
    keys = await _list_all(storage)
    return keys[-1].number + 1 if keys else 1


async def _find(storage: Storage, number: int) -> SigningKey | None:
    return next((key for key in await _list_all(storage) if key.number == number), None)


async def _add(storage: Storage, key: SigningKey) -> bool:
    return await in_transaction(storage, lambda tx: tx.signing_keys.add(key))


async def _reseal(storage: Storage, key: SigningKey, new: Redacted[bytes], *, old: Redacted[bytes]) -> bool:
    return await in_transaction(storage, lambda tx: tx.signing_keys.reseal(key.kid, new, old=old))


async def _revoke(storage: Storage, key: SigningKey, *, now: datetime = NOON) -> bool:
    return await in_transaction(storage, lambda tx: tx.signing_keys.revoke(key.kid, now=now))


async def _remove(storage: Storage, number: int) -> None:
    await in_transaction(storage, lambda tx: tx.signing_keys.remove(number))
