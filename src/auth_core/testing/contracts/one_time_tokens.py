"""What every store of one-time tokens promises, and every count of mail."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest

from auth_core.ids import UserId
from auth_core.testing.builders import a_one_time_token, an_email
from auth_core.testing.contracts.arrangement import stored_user
from auth_core.testing.contracts.concurrency import in_transaction, race, roll_back, while_open
from auth_core.testing.contracts.storage import Storage
from auth_core.testing.moments import NOON
from auth_core.users.model import User
from auth_core.verification.model import OneTimeToken, Purpose, TokenDigest

_INSTANT: Final = timedelta(microseconds=1)
_LATER: Final = NOON + timedelta(minutes=10)
_HOUR: Final = timedelta(hours=1)
_RESET: Final = Purpose.RESET_PASSWORD
_UNDO: Final = Purpose.UNDO_EMAIL_CHANGE
_EACH: Final = pytest.mark.parametrize("purpose", Purpose)


class OneTimeTokensContract:
    """Subclass it and provide the fixture `storage`."""

    @_EACH
    async def test_a_token_is_found_as_it_was_added_and_spent_once(self, storage: Storage, purpose: Purpose) -> None:
        token = await _added(storage, a_one_time_token(await stored_user(storage), purpose))

        assert await _find(storage, token) == token
        assert await _find(storage, token) == token
        assert await _spend(storage, token) == token
        assert await _spend(storage, token) is None
        assert await _find(storage, token) is None

    async def test_of_many_who_spend_a_token_at_once_one_gets_it(self, storage: Storage) -> None:
        token = await _added(storage, a_one_time_token(await stored_user(storage), _RESET))

        spent = await race(20, lambda: _spend(storage, token))

        assert sorted(each is not None for each in spent) == [False] * 19 + [True]

    async def test_whoever_wants_to_spend_waits_for_who_is_spending(self, storage: Storage) -> None:
        token = await _added(storage, a_one_time_token(await stored_user(storage), _RESET))

        spent = await while_open(
            storage,
            lambda tx: tx.one_time_tokens.spend(token.digest, _RESET, now=_LATER),
            lambda: _spend(storage, token),
        )

        assert spent is None

    async def test_what_was_spent_in_vain_is_there_again(self, storage: Storage) -> None:
        token = await _added(storage, a_one_time_token(await stored_user(storage), _RESET))
        await roll_back(storage, lambda tx: tx.one_time_tokens.spend(token.digest, _RESET, now=_LATER))

        assert await _spend(storage, token) == token

    async def test_a_token_is_good_for_its_purpose_only(self, storage: Storage) -> None:
        user = await stored_user(storage)
        tokens = [await _added(storage, a_one_time_token(user, each)) for each in Purpose]

        for token in tokens:
            for purpose in set(Purpose) - {token.purpose}:
                assert await _find(storage, replace(token, purpose=purpose)) is None
                assert await _spend(storage, replace(token, purpose=purpose)) is None
            assert await _spend(storage, token) == token

    async def test_a_token_is_good_until_it_expires(self, storage: Storage) -> None:
        token = await _added(storage, a_one_time_token(await stored_user(storage), _RESET))

        assert await _find(storage, token, now=token.expires_at) is None
        assert await _spend(storage, token, now=token.expires_at) is None
        assert await _spend(storage, token, now=token.expires_at - _INSTANT) == token

    async def test_what_nobody_has_sent_is_not_found(self, storage: Storage) -> None:
        token = await _added(storage, a_one_time_token(await stored_user(storage), _RESET))

        for digest in (b"", token.digest[:-1], token.digest + b"\x00"):
            assert await _spend(storage, replace(token, digest=TokenDigest(digest))) is None

    @pytest.mark.parametrize("purpose", [each for each in Purpose if not each.is_one_of_many])
    async def test_a_newer_token_takes_the_place_of_the_older_and_of_no_other(
        self, storage: Storage, purpose: Purpose
    ) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)
        older = await _added(storage, a_one_time_token(user, purpose))
        others = [await _added(storage, a_one_time_token(user, each)) for each in set(Purpose) - {purpose}]
        others.append(await _added(storage, a_one_time_token(bystander, purpose)))
        newer = await _added(storage, a_one_time_token(user, purpose, at=_LATER))

        assert await _find(storage, older) is None
        assert [await _find(storage, each) for each in (newer, *others)] == [newer, *others]

    async def test_a_newer_token_to_undo_something_leaves_the_older(self, storage: Storage) -> None:
        user = await stored_user(storage)

        tokens = [await _added(storage, a_one_time_token(user, _UNDO)) for _ in range(2)]

        assert [await _find(storage, each) for each in tokens] == tokens

    async def test_of_many_that_are_added_at_once_one_is_left(self, storage: Storage) -> None:
        user = await stored_user(storage)
        tokens = [a_one_time_token(user, _RESET) for _ in range(10)]
        waiting = list(tokens)

        await race(10, lambda: _added(storage, waiting.pop()))

        assert [await _find(storage, each) is not None for each in tokens].count(True) == 1

    async def test_tokens_are_forgotten_all_or_from_some_moment_on(self, storage: Storage) -> None:
        user, bystander = await stored_user(storage), await stored_user(storage)
        early = await _added(storage, a_one_time_token(user, _UNDO))
        late = await _added(storage, a_one_time_token(user, _UNDO, at=_LATER))
        latest = await _added(storage, a_one_time_token(user, _RESET, at=_LATER + _INSTANT))
        bystanders = await _added(storage, a_one_time_token(bystander, _UNDO, at=_LATER))

        assert await _forget(storage, user.id, made_since=_LATER) == 2
        assert [await _find(storage, each) for each in (early, late, latest)] == [early, None, None]
        assert await _forget(storage, user.id) == 1
        assert await _find(storage, early) is None
        assert await _find(storage, bystanders) == bystanders

    async def test_an_address_is_held_as_long_as_it_can_be_taken_back(self, storage: Storage) -> None:
        user = await stored_user(storage)
        undo = await _added(storage, a_one_time_token(user, _UNDO))
        reset = await _added(storage, a_one_time_token(await stored_user(storage), _RESET))

        assert await _can_be_undone_to(storage, undo)
        assert not await _can_be_undone_to(storage, undo, now=undo.expires_at)
        assert not await _can_be_undone_to(storage, reset)
        await _spend(storage, undo)
        assert not await _can_be_undone_to(storage, undo)

    async def test_what_has_expired_is_removed_and_nothing_else(self, storage: Storage) -> None:
        far = NOON - timedelta(days=365)
        while await storage.old_tokens.purge(over_before=far, limit=100):
            pass
        old = [await _added(storage, _token_of_long_ago(await stored_user(storage), far)) for _ in range(3)]
        good = await _added(storage, a_one_time_token(await stored_user(storage), _RESET))
        before = old[0].made_at

        assert await storage.old_tokens.purge(over_before=old[0].expires_at, limit=10) == 0
        assert await storage.old_tokens.purge(over_before=far, limit=2) == 2
        assert await storage.old_tokens.purge(over_before=far, limit=2) == 1
        assert [await _find(storage, each, now=before) for each in old] == [None] * 3
        assert await _find(storage, good) == good


class MailAllowancesContract:
    """Subclass it and provide the fixture `storage`."""

    async def test_so_many_may_be_sent_and_no_more(self, storage: Storage) -> None:
        email = an_email().lower()

        taken = [await _take(storage, email, most=3) for _ in range(5)]

        assert taken == [True] * 3 + [False] * 2

    async def test_of_many_at_once_no_more_may(self, storage: Storage) -> None:
        email = an_email().lower()

        taken = await race(20, lambda: _take(storage, email, most=5))

        assert sorted(taken) == [False] * 15 + [True] * 5

    async def test_kinds_and_addresses_are_counted_apart(self, storage: Storage) -> None:
        email = an_email().lower()
        await _take(storage, email, most=1)

        assert await _take(storage, email, kind="another", most=1)
        assert await _take(storage, an_email().lower(), most=1)
        assert not await _take(storage, email, most=1)

    async def test_they_are_counted_anew_when_the_time_since_the_first_is_over(self, storage: Storage) -> None:
        email = an_email().lower()
        await _take(storage, email, most=2)
        await _take(storage, email, most=2, now=NOON + _HOUR - _INSTANT)

        assert not await _take(storage, email, most=2, now=NOON + _HOUR - _INSTANT)
        assert [await _take(storage, email, most=2, now=NOON + _HOUR) for _ in range(3)] == [True, True, False]

    async def test_what_was_rolled_back_was_not_sent(self, storage: Storage) -> None:
        email = an_email().lower()
        await roll_back(storage, lambda tx: tx.mail_allowances.take(email, "some", most=1, window=_HOUR, now=NOON))

        assert await _take(storage, email, most=1)

    async def test_what_need_not_be_counted_any_more_is_removed(self, storage: Storage) -> None:
        email, long_ago = an_email().lower(), NOON - timedelta(days=400)
        await _take(storage, email, most=1, now=long_ago)

        while await storage.old_tokens.purge(over_before=long_ago + _HOUR, limit=100):
            pass
        assert not await _take(storage, email, most=1, now=long_ago)
        while await storage.old_tokens.purge(over_before=long_ago + _HOUR + _INSTANT, limit=100):
            pass
        assert await _take(storage, email, most=1, now=long_ago)


def _token_of_long_ago(user: User, when: datetime) -> OneTimeToken:
    return a_one_time_token(user, _RESET, at=when - timedelta(days=1))


async def _added(storage: Storage, token: OneTimeToken) -> OneTimeToken:
    await in_transaction(storage, lambda tx: tx.one_time_tokens.add(token))
    return token


async def _find(storage: Storage, token: OneTimeToken, *, now: datetime = _LATER) -> OneTimeToken | None:
    return await in_transaction(storage, lambda tx: tx.one_time_tokens.find(token.digest, token.purpose, now=now))


async def _spend(storage: Storage, token: OneTimeToken, *, now: datetime = _LATER) -> OneTimeToken | None:
    return await in_transaction(storage, lambda tx: tx.one_time_tokens.spend(token.digest, token.purpose, now=now))


async def _forget(storage: Storage, user_id: UserId, *, made_since: datetime | None = None) -> int:
    return await in_transaction(storage, lambda tx: tx.one_time_tokens.forget(user_id, made_since=made_since))


async def _can_be_undone_to(storage: Storage, token: OneTimeToken, *, now: datetime = _LATER) -> bool:
    email = token.address.lower()
    return await in_transaction(storage, lambda tx: tx.one_time_tokens.can_be_undone_to(email, now=now))


async def _take(storage: Storage, email: str, *, kind: str = "some", most: int, now: datetime = NOON) -> bool:
    return await in_transaction(
        storage, lambda tx: tx.mail_allowances.take(email, kind, most=most, window=_HOUR, now=now)
    )
