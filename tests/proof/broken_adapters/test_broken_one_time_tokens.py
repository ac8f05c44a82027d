"""The contracts notice stores of one-time tokens, and counts of mail, that open a door twice."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import override

import pytest

from auth_adapters.memory import MemoryStore, memory_ports
from auth_adapters.memory.store import Allowance
from auth_adapters.memory.verification import MemoryMailAllowances, MemoryOldTokens, MemoryOneTimeTokens
from auth_core.ids import UserId
from auth_core.testing.contracts.one_time_tokens import MailAllowancesContract, OneTimeTokensContract
from auth_core.testing.contracts.storage import Storage
from auth_core.verification.model import OneTimeToken, Purpose, TokenDigest
from tests.unit.contracts.broken_storage import Unlocked, gap, storage_in, storage_with
from tests.unit.contracts.mutation import caught_by


class LooksThenSpends(MemoryOneTimeTokens):
    @override
    async def spend(self, digest: TokenDigest, purpose: Purpose, *, now: datetime) -> OneTimeToken | None:
        token = await self.find(digest, purpose, now=now)
        await gap()
        self._tables.one_time_tokens.pop(digest, None)
        return token


@caught_by(
    "test_of_many_who_spend_a_token_at_once_one_gets_it", "test_whoever_wants_to_spend_waits_for_who_is_spending"
)
class TestLooksThenSpends(OneTimeTokensContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, one_time_tokens=LooksThenSpends)


class AsksNotWhatFor(MemoryOneTimeTokens):
    @override
    async def find(self, digest: TokenDigest, purpose: Purpose, *, now: datetime) -> OneTimeToken | None:
        token = self._tables.one_time_tokens.get(digest)
        return token if token is not None and now < token.expires_at else None


@caught_by("test_a_token_is_good_for_its_purpose_only")
class TestAsksNotWhatFor(OneTimeTokensContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(one_time_tokens=AsksNotWhatFor)


class GoodForAnInstantMore(MemoryOneTimeTokens):
    @override
    async def find(self, digest: TokenDigest, purpose: Purpose, *, now: datetime) -> OneTimeToken | None:
        token = self._tables.one_time_tokens.get(digest)
        return token if token is not None and token.purpose is purpose and now <= token.expires_at else None


@caught_by("test_a_token_is_good_until_it_expires")
class TestGoodForAnInstantMore(OneTimeTokensContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(one_time_tokens=GoodForAnInstantMore)


class LeavesOlderOnes(MemoryOneTimeTokens):
    @override
    async def add(self, token: OneTimeToken) -> None:
        self._tables.one_time_tokens[token.digest] = token


@caught_by(
    "test_a_newer_token_takes_the_place_of_the_older_and_of_no_other",
    "test_of_many_that_are_added_at_once_one_is_left",
)
class TestLeavesOlderOnes(OneTimeTokensContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(one_time_tokens=LeavesOlderOnes)


class LeavesNoOlderOne(MemoryOneTimeTokens):
    @override
    async def add(self, token: OneTimeToken) -> None:
        for each in self._of(token.binding.user_id):
            if each.purpose is token.purpose:
                del self._tables.one_time_tokens[each.digest]
        self._tables.one_time_tokens[token.digest] = token


@caught_by(
    "test_a_newer_token_to_undo_something_leaves_the_older",
    "test_tokens_are_forgotten_all_or_from_some_moment_on",
)
class TestLeavesNoOlderOne(OneTimeTokensContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(one_time_tokens=LeavesNoOlderOne)


class ForgetsTooLittle(MemoryOneTimeTokens):
    @override
    async def forget(self, user_id: UserId, *, made_since: datetime | None = None) -> int:
        later = made_since + timedelta(microseconds=1) if made_since else None
        return await super().forget(user_id, made_since=later)


@caught_by("test_tokens_are_forgotten_all_or_from_some_moment_on")
class TestForgetsTooLittle(OneTimeTokensContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(one_time_tokens=ForgetsTooLittle)


class HoldsAnAddressForEver(MemoryOneTimeTokens):
    @override
    async def can_be_undone_to(self, email: str, *, now: datetime) -> bool:
        return any(each.address.lower() == email for each in self._tables.one_time_tokens.values())


@caught_by("test_an_address_is_held_as_long_as_it_can_be_taken_back")
class TestHoldsAnAddressForEver(OneTimeTokensContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(one_time_tokens=HoldsAnAddressForEver)


class RemovesTooEarly(MemoryOldTokens):
    @override
    async def purge(self, *, over_before: datetime, limit: int) -> int:
        return await super().purge(over_before=over_before + timedelta(microseconds=1), limit=limit)


@caught_by("test_what_has_expired_is_removed_and_nothing_else")
class TestRemovesTokensTooEarly(OneTimeTokensContract):
    @pytest.fixture
    def storage(self) -> Storage:
        store = MemoryStore()
        return memory_ports(store=store, old_tokens=RemovesTooEarly(store))


@caught_by("test_what_need_not_be_counted_any_more_is_removed")
class TestRemovesCountsTooEarly(MailAllowancesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        store = MemoryStore()
        return memory_ports(store=store, old_tokens=RemovesTooEarly(store))


class LooksThenCounts(MemoryMailAllowances):
    @override
    async def take(self, email: str, kind: str, *, most: int, window: timedelta, now: datetime) -> bool:
        counted = self._tables.mail_allowances.get((email, kind), Allowance(taken=0, ends_at=now + window))
        await gap()
        if counted.ends_at <= now:
            counted = Allowance(taken=0, ends_at=now + window)
        if counted.taken < most:
            self._tables.mail_allowances[email, kind] = replace(counted, taken=counted.taken + 1)
        return counted.taken < most


@caught_by("test_of_many_at_once_no_more_may")
class TestLooksThenCounts(MailAllowancesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_in(Unlocked, mail_allowances=LooksThenCounts)


class CountsFromTheLastOn(MemoryMailAllowances):
    @override
    async def take(self, email: str, kind: str, *, most: int, window: timedelta, now: datetime) -> bool:
        taken = await super().take(email, kind, most=most, window=window, now=now)
        counted = self._tables.mail_allowances[email, kind]
        self._tables.mail_allowances[email, kind] = replace(counted, ends_at=now + window)
        return taken


@caught_by("test_they_are_counted_anew_when_the_time_since_the_first_is_over")
class TestCountsFromTheLastOn(MailAllowancesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(mail_allowances=CountsFromTheLastOn)


class CountsAllKindsTogether(MemoryMailAllowances):
    @override
    async def take(self, email: str, kind: str, *, most: int, window: timedelta, now: datetime) -> bool:
        return await super().take(email, "", most=most, window=window, now=now)


@caught_by("test_kinds_and_addresses_are_counted_apart")
class TestCountsAllKindsTogether(MailAllowancesContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return storage_with(mail_allowances=CountsAllKindsTogether)
