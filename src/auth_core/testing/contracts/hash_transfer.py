"""What everybody promises who takes password hashes in and gives them away."""

import pytest

from auth_core.credentials.passwords.model import PasswordHash
from auth_core.credentials.passwords.ports import HashTransfer, PasswordHasher
from auth_core.errors import Rejected
from auth_core.redacted import Redacted
from auth_core.testing.contracts.password_hasher import PASSWORD


class HashTransferContract:
    """Subclass it and provide the fixtures.

    `hasher` and `transfer` belong to one service, those called `…_elsewhere` to one with other secrets.
    """

    @pytest.fixture
    def hasher(self) -> PasswordHasher:
        raise NotImplementedError("your subclass gives this fixture")

    @pytest.fixture
    def transfer(self) -> HashTransfer:
        raise NotImplementedError("your subclass gives this fixture")

    @pytest.fixture
    def hasher_elsewhere(self) -> PasswordHasher:
        raise NotImplementedError("your subclass gives this fixture")

    @pytest.fixture
    def transfer_elsewhere(self) -> HashTransfer:
        raise NotImplementedError("your subclass gives this fixture")

    async def test_what_one_gives_away_another_takes_in(
        self,
        hasher: PasswordHasher,
        transfer: HashTransfer,
        hasher_elsewhere: PasswordHasher,
        transfer_elsewhere: HashTransfer,
    ) -> None:
        async with hasher.turn() as turn:
            stored = await turn.hash(Redacted(PASSWORD))

        given = transfer.give_away(stored)
        assert given is not None
        carried = transfer_elsewhere.look_at(given)
        taken = await transfer_elsewhere.take_in(given)
        async with hasher_elsewhere.turn() as turn:
            right = await turn.verify(Redacted(PASSWORD), taken)
            wrong = await turn.verify(Redacted(f"{PASSWORD}!"), taken)

        assert carried.scheme
        assert right.matches
        assert not wrong.matches
        assert not wrong.unreadable

    async def test_what_was_taken_in_can_be_given_away_again(
        self, hasher: PasswordHasher, transfer: HashTransfer
    ) -> None:
        async with hasher.turn() as turn:
            given = transfer.give_away(await turn.hash(Redacted(PASSWORD)))
        assert given is not None

        again = transfer.give_away(await transfer.take_in(given))

        assert again is not None
        assert again.reveal() == given.reveal()

    async def test_nonsense_is_refused_without_being_quoted(self, transfer: HashTransfer) -> None:
        for nonsense in ("", "!", "$", "$$", "\0", "\ud800", PASSWORD, "$nobody$knows$this", "x" * 100_000):
            with pytest.raises(Rejected) as looked:
                transfer.look_at(Redacted(nonsense))
            with pytest.raises(Rejected):
                await transfer.take_in(Redacted(nonsense))

            [fault] = looked.value.faults
            assert fault.field == "password_hash"
            assert len(nonsense) < 3 or nonsense not in fault.detail

    async def test_a_broken_stored_hash_is_not_given_away(self, transfer: HashTransfer) -> None:
        for broken in ("", "!", PASSWORD, "$nobody$knows$this", "\ud800"):
            assert transfer.give_away(PasswordHash(Redacted(broken))) is None
