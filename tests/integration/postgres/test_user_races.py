"""One person changed by many at once: nobody's change is lost unseen, and no password survives its reset."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.postgres import Database
from auth_core import (
    AuthCore,
    AuthError,
    ChangedMeanwhile,
    EmailTaken,
    InvalidCredentials,
    InvalidRefreshToken,
    Origin,
    PasswordChangeRequired,
    Redacted,
    RevokedToken,
)
from auth_core.audit.events import EventKind
from auth_core.sessions.model import TokenPair
from auth_core.testing import MovableClock, an_email
from auth_core.users.model import User
from tests.integration.postgres.person import NEW_PASSWORD, PASSWORD, Person, auth_over, registered, signed_in
from tests.integration.postgres.questions import rows, scalar

ROUNDS = 6


@pytest.fixture
async def other_process(address: Redacted[str], clock: MovableClock) -> AsyncGenerator[AuthCore]:
    database = Database(address)
    yield await auth_over(database, clock)
    await database.close()


async def user_of(person: Person) -> User:
    return await person.auth.users.look_up_by_email(email=person.email)


@pytest.mark.parametrize("by", ["administrators", "themselves", "all kinds of calls"])
async def test_of_twenty_who_have_seen_the_same_one_changes_it(
    auth: AuthCore, other_process: AuthCore, operator: AsyncEngine, by: str
) -> None:
    person = await registered(auth)
    seen = [(await user_of(person)).tag]

    async def write(number: int) -> object:
        core = other_process if number % 2 else auth
        if by == "themselves":
            return await core.users.update_profile(
                user_id=person.id, first_name=f"Ada {number}", seen=seen, origin=Origin()
            )
        if by == "all kinds of calls" and number % 4 == 0:
            return await core.users.delete(user_id=person.id, seen=seen, actor=None, origin=Origin())
        return await core.users.update(
            user_id=person.id, first_name=f"Ada {number}", seen=seen, actor=None, origin=Origin()
        )

    outcomes = await asyncio.gather(*map(write, range(20)), return_exceptions=True)

    refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert [type(each) for each in refused] == [ChangedMeanwhile] * 19
    version = await scalar(operator, "SELECT version FROM auth.users WHERE id = :id", id=person.id)
    assert version == int(seen[0]) + 1
    changes = "SELECT count(*) FROM auth.audit_events WHERE subject = :id AND kind IN ('user.updated', 'user.deleted')"
    assert await scalar(operator, changes, id=person.id) == 1


async def test_without_a_condition_all_of_them_do(auth: AuthCore, other_process: AuthCore) -> None:
    person = await registered(auth)

    await asyncio.gather(
        *(
            core.users.update(user_id=person.id, first_name=f"Ada {number}", actor=None, origin=Origin())
            for number, core in enumerate([auth, other_process] * 10)
        )
    )

    assert (await user_of(person)).version == 20


async def test_log_ins_leave_what_was_seen_as_it_is_and_no_index_is_touched(
    auth: AuthCore, operator: AsyncEngine
) -> None:
    person = await registered(auth)
    seen = (await user_of(person)).tag

    await asyncio.gather(*(person.log_in() for _ in range(5)))

    await auth.users.update(user_id=person.id, first_name="Augusta", seen=[seen], actor=None, origin=Origin())
    indexed = await rows(
        operator,
        "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey) "
        "WHERE indrelid = 'auth.users'::regclass",
    )
    assert not {"last_login_at", "version", "deleted_at"} & {row.attname for row in indexed}


@pytest.mark.covers("REG-07")
async def test_an_address_is_given_once_to_new_and_to_old_users(auth: AuthCore, other_process: AuthCore) -> None:
    for _ in range(ROUNDS):
        email, people = an_email(), [await registered(auth) for _ in range(4)]

        outcomes = await asyncio.gather(
            *(
                (other_process if number % 2 else auth).users.update(
                    user_id=person.id, email=email, actor=None, origin=Origin()
                )
                for number, person in enumerate(people)
            ),
            auth.users.create(
                email=email.upper(), password=PASSWORD, first_name="A", last_name="L", actor=None, origin=Origin()
            ),
            return_exceptions=True,
        )

        kinds = sorted(type(outcome).__name__ for outcome in outcomes)
        assert kinds == [EmailTaken.__name__] * 4 + [User.__name__]


@pytest.mark.covers("AUZ-12")
async def test_no_log_in_and_no_refresh_outlives_a_deletion(
    auth: AuthCore, other_process: AuthCore, operator: AsyncEngine
) -> None:
    for _ in range(ROUNDS):
        person = await signed_in(auth)
        twin = Person(other_process, person.id, person.email, person.tokens)

        outcomes = await asyncio.gather(
            auth.users.delete(user_id=person.id, actor=None, origin=Origin()),
            twin.refresh(),
            *(person.log_in() for _ in range(3)),
            return_exceptions=True,
        )

        assert {type(each) for each in outcomes} <= {User, TokenPair, InvalidCredentials, InvalidRefreshToken}
        live = "SELECT count(*) FROM auth.sessions WHERE user_id = :id AND ended_at IS NULL"
        assert await scalar(operator, live, id=person.id) == 0
        for pair in outcomes:
            if isinstance(pair, TokenPair):
                with pytest.raises(RevokedToken):
                    await auth.tokens.verify_access_token(token=pair.access_token.reveal())
                with pytest.raises(InvalidRefreshToken):
                    await auth.sessions.refresh(refresh_token=pair.refresh_token, origin=Origin())


@pytest.mark.covers("SES-09")
async def test_no_session_opened_with_the_old_password_outlives_a_reset(
    auth: AuthCore, other_process: AuthCore
) -> None:
    for _ in range(ROUNDS):
        person = await signed_in(auth)

        outcomes = await asyncio.gather(
            other_process.users.reset_password(
                user_id=person.id, password=NEW_PASSWORD, must_change=False, actor=None, origin=Origin()
            ),
            *(person.log_in() for _ in range(4)),
            person.change_password(new=Redacted("a third sentence altogether")),
            return_exceptions=True,
        )

        assert not isinstance(outcomes[0], BaseException)
        assert all(isinstance(each, AuthError) for each in outcomes if isinstance(each, BaseException))
        for pair in outcomes:
            if isinstance(pair, TokenPair):
                with pytest.raises(RevokedToken):
                    await other_process.tokens.verify_access_token(token=pair.access_token.reveal())
        await person.log_in(NEW_PASSWORD)


async def test_of_many_who_choose_the_password_that_is_demanded_one_gets_in(
    auth: AuthCore, other_process: AuthCore, operator: AsyncEngine
) -> None:
    person = await registered(auth)
    await auth.users.force_password_change(user_id=person.id, actor=None, origin=Origin())
    with pytest.raises(PasswordChangeRequired):
        await person.log_in()

    outcomes = await asyncio.gather(
        *(
            core.login.log_in(
                email=person.email,
                password=PASSWORD,
                new_password=Redacted(f"sentence number {number} of many"),
                origin=Origin(),
            )
            for number, core in enumerate([auth, other_process] * 5)
        ),
        return_exceptions=True,
    )

    assert [type(each) for each in outcomes].count(InvalidCredentials) == 9
    live = "SELECT count(*) FROM auth.sessions WHERE user_id = :id AND ended_at IS NULL"
    assert await scalar(operator, live, id=person.id) == 1
    changed = "SELECT count(*) FROM auth.audit_events WHERE subject = :id AND kind = :kind"
    assert await scalar(operator, changed, id=person.id, kind=EventKind.PASSWORD_CHANGED.value) == 1
