"""What every store promises about its one set-up."""

from auth_core.testing.contracts.concurrency import in_transaction, race, roll_back
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import NOON


class SetUpContract:
    """Subclass it and provide the fixture `storage`. In a store whose set-up is over it shows that it stays so."""

    async def test_what_is_rolled_back_ends_nothing(self, storage: Storage) -> None:
        was_over = await _is_over(storage)

        await roll_back(storage, lambda tx: tx.set_up.end(now=NOON))

        assert await _is_over(storage) is was_over

    async def test_of_many_who_end_it_at_once_one_does_and_it_is_over_for_ever(self, storage: Storage) -> None:
        was_over = await _is_over(storage)

        ended = await race(20, lambda: in_transaction(storage, lambda tx: tx.set_up.end(now=NOON)))

        assert ended.count(True) == (0 if was_over else 1)
        assert await _is_over(storage)


async def _is_over(storage: Storage) -> bool:
    return await in_transaction(storage, lambda tx: tx.set_up.is_over())
