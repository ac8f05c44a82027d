"""The contract of mailers, held by the one for tests, and by none that mixes mails up."""

from collections.abc import Sequence
from dataclasses import replace
from typing import override
from uuid import uuid4

import pytest

from auth_core.ids import MessageId
from auth_core.outbox.model import Answer, Mail
from auth_core.testing import Mailbox
from auth_core.testing.contracts.mailer import Arrivals, Arrived, MailerContract
from tests.unit.contracts.mutation import caught_by


class Suite(MailerContract):
    @pytest.fixture
    def mailer(self) -> Mailbox:
        return Mailbox()

    @pytest.fixture
    def arrived(self, mailer: Mailbox) -> Arrivals:
        async def arrived() -> Sequence[Arrived]:
            return [
                Arrived(id=each.id, to=(each.to,), subject=each.subject, text=each.text, html=each.html)
                for each in mailer.mails
            ]

        return arrived


class TestMailbox(Suite):
    pass


class NumbersEachCopy(Mailbox):
    @override
    async def send(self, mail: Mail) -> Answer:
        return await super().send(replace(mail, id=MessageId(uuid4())))


@caught_by("test_whoever_gets_it_twice_can_tell")
class TestNumbersEachCopy(Suite):
    @pytest.fixture
    def mailer(self) -> Mailbox:
        return NumbersEachCopy()


class LowersAddresses(Mailbox):
    @override
    async def send(self, mail: Mail) -> Answer:
        return await super().send(replace(mail, to=mail.to.lower()))


@caught_by("test_an_address_keeps_the_spelling_of_its_owner")
class TestLowersAddresses(Suite):
    @pytest.fixture
    def mailer(self) -> Mailbox:
        return LowersAddresses()
