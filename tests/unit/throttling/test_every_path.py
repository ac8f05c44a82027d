"""Wherever a secret can be tried it is counted, and mail and registrations are counted as well."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

import pytest

from auth_adapters.memory import FOR_TESTS
from auth_core import (
    Allowance,
    AuthError,
    ClientCredentials,
    InvalidClient,
    Origin,
    Redacted,
    SetUpRefused,
    TooManyAttempts,
    UnusableToken,
    WrongPassword,
)
from auth_core.audit.events import EventKind
from auth_core.login.model import LoggedIn
from auth_core.oauth.model import ClientPermission
from auth_core.testing import Mailbox, PlainWording, an_email, mail_to
from tests.unit.core_in_memory import OTHER_PASSWORD, PASSWORD, Core
from tests.unit.throttling.guesses import FEW, HOME, HOUR, Guessing, a_guessing

WRONG = Redacted("a wrong guess")
RIGHT = Redacted(PASSWORD)


@pytest.fixture
async def guessing() -> Guessing:
    return await a_guessing()


async def outcomes(count: int, act: Callable[[], Awaitable[object]]) -> list[type[AuthError] | None]:
    """Do it so often; return what was raised each time."""
    raised: list[type[AuthError] | None] = []
    for _ in range(count):
        try:
            await act()
        except TooManyAttempts:
            raised.append(TooManyAttempts)
        except AuthError as error:
            raised.append(type(error))
        else:
            raised.append(None)
    return raised


type Prove = Callable[[Guessing, LoggedIn, Redacted[str]], Awaitable[object]]


async def change_password(guessing: Guessing, who: LoggedIn, password: Redacted[str]) -> None:
    await guessing.core.auth.passwords.change_password(
        user_id=who.user.id,
        session_id=who.tokens.session.id,
        current_password=password,
        new_password=Redacted(OTHER_PASSWORD),
        origin=HOME,
    )


async def leave(guessing: Guessing, who: LoggedIn, password: Redacted[str]) -> None:
    await guessing.core.auth.users.leave(
        user_id=who.user.id, session_id=who.tokens.session.id, password=password, origin=HOME
    )


async def change_email(guessing: Guessing, who: LoggedIn, password: Redacted[str]) -> None:
    await guessing.core.auth.recovery.request_email_change(
        user_id=who.user.id,
        session_id=who.tokens.session.id,
        new_email=an_email(),
        password=password,
        origin=Origin(),
    )


@pytest.mark.covers("THR-10", "THR-11")
@pytest.mark.parametrize("prove", [change_password, leave, change_email])
async def test_whoever_holds_a_session_does_not_guess_its_password(prove: Prove) -> None:
    guessing = await with_mail()
    who = await guessing.log_in()
    wrong = await outcomes(4, lambda: prove(guessing, who, WRONG))
    hashed = guessing.core.hasher.verifications

    right = await outcomes(1, lambda: prove(guessing, who, RIGHT))

    assert wrong == [WrongPassword] * 3 + [TooManyAttempts]
    assert right == [TooManyAttempts]
    assert guessing.core.hasher.verifications == hashed
    told = [each for each in guessing.core.all_events() if each.kind is EventKind.ATTEMPTS_EXHAUSTED]
    assert [each.details["budget"] for each in told] == ["session"]


@pytest.mark.covers("THR-07")
async def test_guessing_from_a_stolen_session_hinders_no_other_one(guessing: Guessing) -> None:
    stolen, own = await guessing.log_in(), await guessing.log_in()
    await outcomes(4, lambda: change_password(guessing, stolen, WRONG))

    assert await outcomes(1, lambda: change_password(guessing, own, RIGHT)) == [None]
    assert await guessing.guess(password=OTHER_PASSWORD) == "in"


async def test_the_right_password_gives_back_what_wrong_ones_have_used_up(guessing: Guessing) -> None:
    who = await guessing.log_in()
    first = await outcomes(2, lambda: change_password(guessing, who, WRONG))
    await change_password(guessing, who, RIGHT)
    second = await outcomes(3, lambda: change_password(guessing, who, RIGHT))

    assert first + second == [WrongPassword] * 5


@pytest.mark.covers("THR-10", "THR-17")
async def test_one_time_tokens_are_not_tried_for_long_from_one_place(guessing: Guessing) -> None:
    recovery, token = guessing.core.auth.recovery, Redacted("nothing that was sent")
    tried = [
        lambda: recovery.verify_email(token=token, origin=HOME),
        lambda: recovery.confirm_email_change(token=token, origin=HOME),
        lambda: recovery.undo_email_change(token=token, origin=HOME),
        lambda: recovery.choose_password(token=token, new_password=RIGHT, origin=HOME),
    ]

    raised = [await outcomes(1, each) for each in tried]

    assert raised == [[UnusableToken]] * 3 + [[TooManyAttempts]]
    other_place = await outcomes(1, lambda: recovery.verify_email(token=token, origin=Origin(address="192.0.2.9")))
    assert other_place == [UnusableToken]


@pytest.mark.covers("THR-10", "THR-17")
async def test_tokens_of_invitations_are_counted_with_the_others(guessing: Guessing) -> None:
    recovery, token = guessing.core.auth.recovery, Redacted("nothing that was sent")
    tried = [
        lambda: recovery.look_at_invitation(token=token, origin=HOME),
        lambda: recovery.accept_invitation(token=token, password=RIGHT, origin=HOME),
        lambda: recovery.verify_email(token=token, origin=HOME),
        lambda: recovery.look_at_invitation(token=token, origin=HOME),
    ]

    raised = [await outcomes(1, each) for each in tried]

    assert raised == [[UnusableToken]] * 3 + [[TooManyAttempts]]
    assert await outcomes(1, lambda: recovery.accept_invitation(token=token, password=RIGHT, origin=HOME)) == [
        TooManyAttempts
    ]


@pytest.mark.covers("THR-10")
async def test_wrong_client_secrets_run_out_and_the_right_one_is_believed_all_the_same(guessing: Guessing) -> None:
    oauth = guessing.core.auth.oauth
    issued = await oauth.create_client(name="invoices", permissions=("tokens:introspect",), actor=None, origin=Origin())

    def show(secret: Redacted[str], client_id: str = str(issued.client.id)) -> Awaitable[object]:
        credentials = ClientCredentials(client_id=client_id, secret=secret)
        return oauth.authenticate(credentials, needs=ClientPermission.INTROSPECT, origin=HOME)

    wrong = await outcomes(2, lambda: show(WRONG)) + await outcomes(2, lambda: show(WRONG, "nobody"))

    assert wrong == [InvalidClient] * 3 + [TooManyAttempts]
    assert await outcomes(1, lambda: show(issued.secret)) == [None]


@pytest.mark.covers("THR-10")
async def test_the_set_up_secret_is_not_tried_for_long(guessing: Guessing) -> None:
    def set_up() -> Awaitable[object]:
        return guessing.core.auth.users.set_up(
            secret=WRONG, email=an_email(), password=RIGHT, first_name="A", last_name="B", origin=HOME
        )

    assert await outcomes(4, set_up) == [SetUpRefused] * 3 + [TooManyAttempts]


@pytest.mark.covers("REG-12")
async def test_a_burst_of_registrations_is_refused_wherever_it_comes_from(guessing: Guessing) -> None:
    def register(address: str) -> Awaitable[object]:
        return guessing.core.auth.users.register(
            email=an_email(), password=RIGHT, first_name="Ada", last_name="B", origin=Origin(address=address)
        )

    from_one_place = await outcomes(5, lambda: register("203.0.113.1"))
    from_everywhere = [await outcomes(1, partial(register, f"198.51.100.{number}")) for number in range(27)]

    assert from_one_place == [None] * 4 + [TooManyAttempts]
    assert from_everywhere == [[None]] * 26 + [[TooManyAttempts]]
    kinds = [each.kind for each in guessing.core.all_events()]
    assert kinds.count(EventKind.ATTEMPTS_OF_ALL_EXHAUSTED) == 1


@pytest.mark.covers("THR-17", "R-V2")
async def test_mail_is_asked_for_so_often_and_what_is_told_says_nothing_of_accounts() -> None:
    guessing = await with_mail()
    recovery = guessing.core.auth.recovery

    def forget(email: str, address: str = "203.0.113.1") -> Awaitable[object]:
        return recovery.request_password_reset(email=email, origin=Origin(address=address))

    known = await outcomes(2, lambda: forget(guessing.victim.email.address))
    unknown = await outcomes(
        2, lambda: recovery.resend_verification(email=an_email(), origin=Origin(address="203.0.113.1"))
    )
    over = [await outcomes(1, partial(forget, each)) for each in (guessing.victim.email.address, an_email())]
    of_all = [await outcomes(1, partial(forget, an_email(), f"198.51.100.{number}")) for number in range(5)]

    assert known + unknown == [None] * 4
    assert over == [[TooManyAttempts]] * 2
    assert of_all == [[None]] * 4 + [[TooManyAttempts]]


@pytest.mark.covers("THR-07", "THR-17")
async def test_whoever_reads_the_mail_gets_in_while_others_go_on_guessing() -> None:
    guessing = await with_mail()
    await guessing.exhaust()
    await guessing.core.auth.recovery.request_password_reset(email=guessing.victim.email.address, origin=HOME)
    token = await guessing.sent("reset_password")

    device = await guessing.core.auth.recovery.choose_password(
        token=token, new_password=Redacted(OTHER_PASSWORD), origin=HOME
    )
    await guessing.exhaust()  # it was filled up, and is empty again before they come

    assert await guessing.guess(password=OTHER_PASSWORD) == "refused"
    assert await guessing.guess(password=OTHER_PASSWORD, token=device) == "in"


async def with_mail() -> Guessing:
    mailbox, wording = Mailbox(), PlainWording()
    core = await Core.make(
        policies=replace(FOR_TESTS, throttling=FEW),
        mail=mail_to(mailbox, wording),
    )
    return Guessing(core=core, victim=await core.create(an_email()), wording=wording)


def test_nobody_gets_more_registrations_by_a_period_that_is_none() -> None:
    with pytest.raises(ValueError, match="between a second and a year"):
        Allowance(tries=1, period=HOUR * 0)
