"""An invitation wanted by many at once: one accepts it, or it is withdrawn, or somebody else has the address."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Final

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_adapters.postgres import Database
from auth_core import (
    EmailTaken,
    InvalidCredentials,
    LastAdministrator,
    NotInvited,
    Origin,
    Redacted,
    RegistrationMode,
    UnusableToken,
    UserNotFound,
)
from auth_core.idempotency.errors import AnsweredBefore
from auth_core.idempotency.model import Once, idempotency_key
from auth_core.testing import MovableClock, an_email, an_origin
from auth_core.users.model import User
from tests.integration.postgres.person import NEW_PASSWORD, PASSWORD
from tests.integration.postgres.questions import scalar
from tests.integration.postgres.test_recovery_races import ROUNDS, Post, a_post

EVENTS: Final = "SELECT count(*) FROM auth.audit_events WHERE subject = :id AND kind = :kind"


@pytest.fixture
async def other_database(address: Redacted[str]) -> AsyncGenerator[Database]:
    database = Database(address)
    yield database
    await database.close()


@pytest.fixture
async def post(database: Database, other_database: Database, clock: MovableClock) -> Post:
    return await a_post(database, other_database, clock, RegistrationMode.VERIFIED)


async def _invited(post: Post, *roles: str, email: str | None = None) -> tuple[User, Redacted[str]]:
    user = await post.auth.users.invite(
        email=email or an_email(), first_name="Ada", last_name="Lovelace", roles=roles, actor=None, origin=an_origin()
    )
    return user, await post.token("invitation")


@pytest.mark.covers("RST-02", "RST-14")
async def test_of_two_acceptances_at_once_one_wins_and_its_password_signs_in(post: Post, operator: AsyncEngine) -> None:
    for _ in range(ROUNDS):
        user, token = await _invited(post)
        passwords = (PASSWORD, NEW_PASSWORD)

        outcomes = await asyncio.gather(
            *(
                core.recovery.accept_invitation(token=token, password=password, origin=an_origin())
                for core, password in zip((post.auth, post.other), passwords, strict=True)
            ),
            return_exceptions=True,
        )

        assert sorted(type(each).__name__ for each in outcomes) == ["UnusableToken", "User"]
        winner, loser = passwords if isinstance(outcomes[0], User) else reversed(passwords)
        await post.auth.login.log_in(email=user.email.address, password=winner, origin=an_origin())
        with pytest.raises(InvalidCredentials):
            await post.auth.login.log_in(email=user.email.address, password=loser, origin=an_origin())
        assert await scalar(operator, "SELECT version FROM auth.passwords WHERE user_id = :id", id=user.id) == 1
        assert await scalar(operator, EVENTS, id=user.id, kind="invitation.accepted") == 1


async def test_of_an_acceptance_and_a_withdrawal_at_once_one_comes_about(post: Post, operator: AsyncEngine) -> None:
    for _ in range(ROUNDS):
        user, token = await _invited(post)

        accepted, withdrawn = await asyncio.gather(
            post.auth.recovery.accept_invitation(token=token, password=PASSWORD, origin=an_origin()),
            post.other.users.withdraw_invitation(user_id=user.id, actor=None, origin=an_origin()),
            return_exceptions=True,
        )

        left = await scalar(operator, "SELECT count(*) FROM auth.users WHERE id = :id", id=user.id)
        if left:
            assert isinstance(accepted, User)
            assert isinstance(withdrawn, NotInvited)
        else:
            assert isinstance(accepted, UnusableToken)
            assert withdrawn is None
        kinds = [
            await scalar(operator, EVENTS, id=user.id, kind=kind)
            for kind in ("invitation.accepted", "invitation.withdrawn")
        ]
        assert sorted(kinds) == [0, 1]


async def test_of_an_acceptance_and_another_sending_at_once_no_link_is_left_that_opens_what_is_open(
    post: Post,
) -> None:
    for _ in range(ROUNDS):
        user, token = await _invited(post)

        accepted, sent = await asyncio.gather(
            post.auth.recovery.accept_invitation(token=token, password=PASSWORD, origin=an_origin()),
            post.other.users.invite_again(user_id=user.id, actor=None, origin=an_origin()),
            return_exceptions=True,
        )

        newest = await post.token("invitation")
        if isinstance(accepted, User):
            assert isinstance(sent, NotInvited)
            with pytest.raises(UnusableToken):
                await post.auth.recovery.accept_invitation(token=newest, password=NEW_PASSWORD, origin=an_origin())
        else:
            assert isinstance(accepted, UnusableToken)
            assert isinstance(sent, User)
            await post.auth.recovery.accept_invitation(token=newest, password=NEW_PASSWORD, origin=an_origin())


@pytest.mark.covers("REG-02", "REG-07")
async def test_of_an_invitation_and_a_registration_at_once_one_has_the_address_and_the_stranger_learns_nothing(
    post: Post, operator: AsyncEngine
) -> None:
    for _ in range(ROUNDS):
        email = an_email()

        invited, registered = await asyncio.gather(
            post.auth.users.invite(email=email, actor=None, origin=an_origin()),
            post.other.users.register(
                email=email, password=PASSWORD, first_name="Ada", last_name="Lovelace", origin=an_origin()
            ),
            return_exceptions=True,
        )

        assert registered is None
        kinds = await post.kinds()
        if isinstance(invited, User):
            assert sorted(kinds) == ["address_taken", "invitation"]
        else:
            assert isinstance(invited, EmailTaken)
            assert kinds == ["verify_address"]
        held = "SELECT count(*) FROM auth.users WHERE email_canonical = :email"
        assert await scalar(operator, held, email=email.lower()) == 1


async def test_of_many_invitations_of_one_address_one_comes_about_and_one_mail_is_sent(post: Post) -> None:
    for _ in range(ROUNDS):
        email = an_email()

        outcomes = await asyncio.gather(
            *(
                core.users.invite(email=email, actor=None, origin=an_origin())
                for core in (post.auth, post.other)
                for _ in range(4)
            ),
            return_exceptions=True,
        )

        assert sorted(type(each).__name__ for each in outcomes) == ["EmailTaken"] * 7 + ["User"]
        assert await post.kinds() == ["invitation"]


async def test_with_a_key_many_calls_at_once_send_one_mail(post: Post) -> None:
    for number in range(ROUNDS):
        email = an_email()
        once = Once[User](
            key=idempotency_key(f"{email}-{number}"),
            caller=None,
            request=email.encode(),
            write=lambda user: str(user.id).encode(),
        )

        outcomes = await asyncio.gather(
            *(
                core.users.invite(email=email, actor=None, origin=an_origin(), once=once)
                for core in (post.auth, post.other)
                for _ in range(3)
            ),
            return_exceptions=True,
        )

        [first] = [each for each in outcomes if isinstance(each, User)]
        answers = {each.answer.reveal() for each in outcomes if isinstance(each, AnsweredBefore)}
        assert answers == {str(first.id).encode()}
        assert await post.kinds() == ["invitation"]


@pytest.mark.covers("AUZ-04")
async def test_an_invited_administrator_does_not_let_the_last_one_go(post: Post, operator: AsyncEngine) -> None:
    await scalar(operator, "WITH gone AS (DELETE FROM auth.role_assignments WHERE role = 'admin' RETURNING 1) SELECT 1")
    last = await post.auth.users.create(
        email=an_email(),
        password=PASSWORD,
        first_name="Ada",
        last_name="Lovelace",
        roles=["admin"],
        actor=None,
        origin=Origin(),
    )
    invited, token = await _invited(post, "admin")

    with pytest.raises(LastAdministrator):
        await post.auth.users.disable(user_id=last.id, actor=None, origin=an_origin())
    await post.auth.recovery.accept_invitation(token=token, password=PASSWORD, origin=an_origin())
    await post.auth.users.disable(user_id=last.id, actor=None, origin=an_origin())

    with pytest.raises(LastAdministrator):
        await post.auth.users.disable(user_id=invited.id, actor=None, origin=an_origin())


async def test_whoever_was_withdrawn_is_not_there(post: Post) -> None:
    user, token = await _invited(post)
    await post.auth.users.withdraw_invitation(user_id=user.id, actor=None, origin=an_origin())

    with pytest.raises(UserNotFound):
        await post.auth.users.look_up_by_email(email=user.email.address)
    with pytest.raises(UnusableToken):
        await post.auth.recovery.accept_invitation(token=token, password=PASSWORD, origin=an_origin())
    again, _ = await _invited(post, email=user.email.address)
    assert again.id != user.id


async def test_of_a_proof_and_the_erasing_of_those_who_never_gave_one_at_once_one_comes_about(
    post: Post, clock: MovableClock, operator: AsyncEngine
) -> None:
    for _ in range(ROUNDS):
        email = an_email()
        clock.advance(timedelta(days=31))
        await post.auth.upkeep.erase_unproven()  # those of other tests
        await post.auth.users.register(
            email=email, password=PASSWORD, first_name="Ada", last_name="Lovelace", origin=an_origin()
        )
        user = await post.auth.users.look_up_by_email(email=email)
        clock.advance(timedelta(days=31))
        await post.auth.recovery.resend_verification(email=email, origin=an_origin())
        token = await post.token("verify_address")

        proven, erased = await asyncio.gather(
            post.auth.recovery.verify_email(token=token, origin=an_origin()),
            post.other.upkeep.erase_unproven(),
            return_exceptions=True,
        )

        left = await scalar(operator, "SELECT count(*) FROM auth.users WHERE id = :id", id=user.id)
        assert (proven, erased) == (None, 0) if left else isinstance(proven, UnusableToken) and erased == 1
        assert bool(left) == bool(await scalar(operator, EVENTS, id=user.id, kind="email.verified"))
