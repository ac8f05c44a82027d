"""Tokens, passwords and addresses, wanted by many at once: one gets them, and nobody keeps what a reset ended."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.memory import FOR_TESTS
from auth_adapters.postgres import Database
from auth_core import (
    AuthCore,
    EmailTaken,
    InvalidCredentials,
    InvalidRefreshToken,
    Redacted,
    RegistrationMode,
    RevokedToken,
    UnusableToken,
    UserPolicy,
    VerificationPolicy,
)
from auth_core.testing import Mailbox, MovableClock, PlainWording, an_email, an_origin, mail_to
from tests.integration.postgres.person import NEW_PASSWORD, PASSWORD, Person, auth_over, registered, signed_in
from tests.integration.postgres.questions import rows, scalar

ROUNDS: Final = 6
MANY: Final = 1000


@dataclass(frozen=True, slots=True)
class Post:
    """A service that sends mail, in two processes, and what it has sent."""

    auth: AuthCore
    other: AuthCore
    mailbox: Mailbox
    wording: PlainWording

    async def kinds(self) -> list[str]:
        """What was sent since the last look."""
        while await self.auth.outbox.deliver():
            pass
        kinds = [mail.subject for mail in self.mailbox.mails]
        self.mailbox.mails.clear()
        return kinds

    async def token(self, kind: str) -> Redacted[str]:
        await self.kinds()
        [*_, last] = self.wording.of_kind(kind)
        token: Redacted[str] = last.token  # type: ignore[union-attr]  # whoever asks knows the kind
        return token

    async def good_among(self, most: int) -> int:
        """How many of the last tokens let a password be chosen. They were sent at once, and came in any order."""
        good = 0
        for message in list(self.wording.of_kind("reset_password"))[-most:]:
            token: Redacted[str] = message.token  # type: ignore[union-attr]  # as above
            with suppress(UnusableToken):
                await self.auth.recovery.choose_password(token=token, new_password=NEW_PASSWORD, origin=an_origin())
                good += 1
        return good

    async def forgotten(self, person: Person) -> Redacted[str]:
        await self.auth.recovery.request_password_reset(email=person.email, origin=an_origin())
        return await self.token("reset_password")

    async def to_change(self, person: Person, new: str) -> Redacted[str]:
        await self.auth.recovery.request_email_change(
            user_id=person.id, new_email=new, password=PASSWORD, origin=an_origin()
        )
        return await self.token("confirm_email_change")


async def a_post(
    database: Database, other: Database, clock: MovableClock, mode: RegistrationMode, *, mails: int = MANY
) -> Post:
    policies = replace(FOR_TESTS, users=UserPolicy(registration=mode), verification=VerificationPolicy(mails=mails))
    mailbox, wording = Mailbox(), PlainWording()
    mail = mail_to(mailbox, wording)
    cores = [await auth_over(each, clock, policies=policies, mail=mail) for each in (database, other)]
    post = Post(auth=cores[0], other=cores[1], mailbox=mailbox, wording=wording)
    await post.kinds()  # of other tests
    return post


@pytest.fixture
async def post(database: Database, other_database: Database, clock: MovableClock) -> Post:
    return await a_post(database, other_database, clock, RegistrationMode.OPEN)


@pytest.fixture
async def other_database(address: Redacted[str]) -> AsyncGenerator[Database]:
    database = Database(address)
    yield database
    await database.close()


@pytest.mark.covers("RST-02", "RST-14")
async def test_of_two_resets_with_one_token_one_succeeds(post: Post, operator: AsyncEngine) -> None:
    for _ in range(ROUNDS):
        person = await registered(post.auth)
        token = await post.forgotten(person)
        passwords = [Redacted(f"{NEW_PASSWORD.reveal()} {number}") for number in range(2)]

        outcomes = await asyncio.gather(
            *(
                core.recovery.choose_password(token=token, new_password=password, origin=an_origin())
                for core, password in zip((post.auth, post.other), passwords, strict=True)
            ),
            return_exceptions=True,
        )

        assert sorted(type(each).__name__ for each in outcomes) == ["NoneType", "UnusableToken"]
        winner = next(password for password, each in zip(passwords, outcomes, strict=True) if each is None)
        await person.log_in(winner)
        assert await scalar(operator, "SELECT version FROM auth.passwords WHERE user_id = :id", id=person.id) == 2
        recovered = "SELECT count(*) FROM auth.audit_events WHERE subject = :id AND kind = 'password.recovered'"
        assert await scalar(operator, recovered, id=person.id) == 1


@pytest.mark.covers("RST-02", "RST-17")
async def test_of_two_confirmations_with_one_token_one_succeeds(post: Post, operator: AsyncEngine) -> None:
    for _ in range(ROUNDS):
        person, new = await registered(post.auth), an_email()
        await post.auth.recovery.verify_email(token=await post.token("verify_address"), origin=an_origin())
        token = await post.to_change(person, new)

        outcomes = await asyncio.gather(
            *(core.recovery.confirm_email_change(token=token, origin=an_origin()) for core in (post.auth, post.other)),
            return_exceptions=True,
        )

        assert sorted(type(each).__name__ for each in outcomes) == ["NoneType", "UnusableToken"]
        assert await post.kinds() == ["email_changed"]
        email = "SELECT email FROM auth.users WHERE id = :id"
        assert await scalar(operator, email, id=person.id) == new


@pytest.mark.covers("RST-17", "RST-18")
async def test_of_two_people_who_confirm_one_address_one_gets_it(post: Post, operator: AsyncEngine) -> None:
    for _ in range(ROUNDS):
        new = an_email()
        people = [await registered(post.auth) for _ in range(2)]
        tokens = [await post.to_change(person, new) for person in people]

        outcomes = await asyncio.gather(
            *(
                core.recovery.confirm_email_change(token=token, origin=an_origin())
                for core, token in zip((post.auth, post.other), tokens, strict=True)
            ),
            return_exceptions=True,
        )

        assert sorted(type(each).__name__ for each in outcomes) == ["EmailTaken", "NoneType"]
        winner = next(person for person, each in zip(people, outcomes, strict=True) if each is None)
        assert await scalar(operator, "SELECT id FROM auth.users WHERE email = :email", email=new) == winner.id


@pytest.mark.covers("RST-19")
async def test_nobody_registers_an_address_in_the_moment_it_is_left(post: Post, operator: AsyncEngine) -> None:
    for _ in range(ROUNDS):
        person = await registered(post.auth)
        await post.auth.recovery.verify_email(token=await post.token("verify_address"), origin=an_origin())
        token = await post.to_change(person, an_email())

        async def register(person: Person = person) -> None:
            for _ in range(5):
                with pytest.raises(EmailTaken):
                    await post.other.users.register(
                        email=person.email, password=PASSWORD, first_name="Eve", last_name="E", origin=an_origin()
                    )

        await asyncio.gather(
            register(), register(), post.auth.recovery.confirm_email_change(token=token, origin=an_origin())
        )

        await post.auth.recovery.undo_email_change(token=await post.token("email_changed"), origin=an_origin())
        owner = "SELECT id FROM auth.users WHERE email_canonical = :email"
        assert await scalar(operator, owner, email=person.email.lower()) == person.id


@pytest.mark.covers("REG-07", "REG-02")
async def test_fifty_who_register_one_address_at_once_are_told_the_same_where_it_is_proven_first(
    database: Database, other_database: Database, clock: MovableClock, operator: AsyncEngine
) -> None:
    post = await a_post(database, other_database, clock, RegistrationMode.VERIFIED, mails=5)
    email = an_email()

    answers = await asyncio.gather(
        *(
            (post.auth if number % 2 else post.other).users.register(
                email=email if number % 3 else email.upper(),
                password=Redacted(f"{PASSWORD.reveal()} {number}"),
                first_name="Ada",
                last_name="Lovelace",
                origin=an_origin(),
            )
            for number in range(50)
        )
    )

    assert answers == [None] * 50
    users = "SELECT count(*) FROM auth.users WHERE email_canonical = :email"
    assert await scalar(operator, users, email=email.lower()) == 1
    sent = await post.kinds()
    assert (sent.count("verify_address"), sent.count("reset_password"), len(sent)) == (1, 5, 6)
    assert await post.good_among(5) == 1
    await post.other.login.log_in(email=email, password=NEW_PASSWORD, origin=an_origin())


@pytest.mark.covers("RST-15", "RST-12")
async def test_no_log_in_and_no_refresh_outlives_a_reset_that_was_acknowledged(
    post: Post, operator: AsyncEngine
) -> None:
    for _ in range(ROUNDS):
        person = await signed_in(post.auth)
        token = await post.forgotten(person)

        async def log_in(person: Person = person) -> object:
            for _ in range(4):
                await post.other.login.log_in(email=person.email, password=PASSWORD, origin=an_origin())
            return None

        async def refresh(person: Person = person) -> object:
            for _ in range(4):
                await person.refresh()
            return None

        *others, reset = await asyncio.gather(
            log_in(),
            refresh(),
            post.auth.recovery.choose_password(token=token, new_password=NEW_PASSWORD, origin=an_origin()),
            return_exceptions=True,
        )

        assert reset is None
        assert {type(each) for each in others} <= {type(None), InvalidCredentials, InvalidRefreshToken}
        live = "SELECT id FROM auth.sessions WHERE user_id = :id AND ended_at IS NULL"
        assert await rows(operator, live, id=person.id) == []
        with pytest.raises(InvalidRefreshToken):
            await person.refresh()
        assert person.tokens is not None
        with pytest.raises(RevokedToken):
            await post.auth.tokens.verify_access_token(token=person.tokens.access_token.reveal())
        await person.log_in(NEW_PASSWORD)


@pytest.mark.covers("R-V2", "REG-12")
async def test_of_many_who_ask_at_once_no_more_mails_are_sent_than_may_be(
    database: Database, other_database: Database, clock: MovableClock
) -> None:
    post = await a_post(database, other_database, clock, RegistrationMode.OPEN, mails=3)
    person = await registered(post.auth)
    await post.kinds()

    await asyncio.gather(
        *(
            core.recovery.request_password_reset(email=person.email, origin=an_origin())
            for core in (post.auth, post.other) * 10
        )
    )

    assert await post.kinds() == ["reset_password"] * 3
    assert await post.good_among(3) == 1
