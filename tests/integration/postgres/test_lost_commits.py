"""The connection breaks at COMMIT: nobody can tell what happened, and repeating the call finds out."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Final

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_core import AuthCore, OutcomeUnknown, Redacted, ThrottlePolicy
from auth_core.credentials.passwords.model import PasswordHash
from auth_core.errors import Unavailable
from auth_core.recovery.asking import Asking
from auth_core.testing import Mailbox, MovableClock, Receiver, UnsafeOpenVault, an_origin, mail_to
from auth_core.throttling.clear import ClearBudgets
from auth_core.upkeep.model import Seal
from tests.integration.postgres.cutting_proxy import Loss, commit, nth, prepared_statement
from tests.integration.postgres.line import Line
from tests.integration.postgres.person import NEW_PASSWORD, Person, signed_in
from tests.integration.postgres.questions import events_of, scalar
from tests.integration.postgres.writes.catalogue import READS, WRITES, use_cases_of
from tests.integration.postgres.writes.scene import Scene, Write, a_scene

TIMES: Final = 5
either_way = pytest.mark.parametrize("loss", [Loss.REQUEST, Loss.REPLY], ids=["not committed", "committed"])


type MakeScene = Callable[[Write], Awaitable[Scene]]


class SealsAnew:
    """Finds every password under another secret than the current one."""

    def reseal(self, sealed: PasswordHash) -> PasswordHash | Seal:
        text = sealed.reveal()
        return Seal.CURRENT if text.startswith("sealed anew:") else PasswordHash(Redacted(f"sealed anew:{text}"))


@pytest.fixture(scope="module")
def clock() -> MovableClock:
    """One clock for all tests: the keys of their database are made one after the other."""
    return MovableClock()


@pytest.fixture
def auth(line: Line) -> AuthCore:
    reseal = replace(line.auth.upkeep.reseal, password_sealer=SealsAnew())
    deliver = replace(line.auth.outbox.deliver, mail=mail_to(Mailbox()))
    recovery, webhooks = line.auth.recovery, line.auth.webhooks
    mail = replace(
        recovery.request_email_change.mail,
        post=replace(recovery.request_email_change.mail.post, vault=UnsafeOpenVault()),
    )
    users = line.auth.users
    inviting = replace(users.invite.inviting, mail=mail)
    return replace(
        line.auth,
        users=replace(
            users,
            invite=replace(users.invite, inviting=inviting),
            invite_again=replace(users.invite_again, inviting=inviting),
        ),
        recovery=replace(
            recovery,
            resend_verification=replace(recovery.resend_verification, ask=Asking(mail=mail)),
            request_password_reset=replace(recovery.request_password_reset, ask=Asking(mail=mail)),
            request_email_change=replace(recovery.request_email_change, mail=mail),
            confirm_email_change=replace(recovery.confirm_email_change, mail=mail),
            undo_email_change=replace(recovery.undo_email_change, mail=mail),
        ),
        upkeep=replace(line.auth.upkeep, reseal=reseal),
        outbox=replace(line.auth.outbox, deliver=deliver),
        webhooks=replace(webhooks, deliver=replace(webhooks.deliver, sender=Receiver())),
        throttling=replace(line.auth.throttling, clear=_counting(line.auth.throttling.clear)),
    )


def _counting(clear: ClearBudgets) -> ClearBudgets:
    return replace(clear, guard=replace(clear.guard, policy=ThrottlePolicy()))


@pytest.fixture
def make_scene(auth: AuthCore, operator: AsyncEngine, clock: MovableClock) -> MakeScene:
    return lambda write: a_scene(auth, operator, clock, write)


def test_every_use_case_is_known_to_write_or_to_read(auth: AuthCore) -> None:
    writes = {write.use_case for write in WRITES}

    assert writes | READS == use_cases_of(auth), "say in writes/ what repeating the call does"
    assert not writes & READS


@pytest.mark.covers("K-3", "DB-01", "DB-02", "AUD-01", "REG-08", "RFR-07")
@either_way
@pytest.mark.parametrize("write", WRITES, ids=str)
async def test_a_call_whose_commit_was_lost_is_made_good_by_repeating_it(
    line: Line, make_scene: MakeScene, operator: AsyncEngine, write: Write, loss: Loss
) -> None:
    for _ in range(TIMES):
        scene = await make_scene(write)
        told_before = await told(operator, write)

        line.proxy.cut_at_next(write.moment(), loss)
        with pytest.raises(OutcomeUnknown):
            await write.act(scene)
        assert line.proxy.has_cut
        assert await scene.ask(write.happened) is (loss is Loss.REPLY)

        expected = write.refusal or (write.again if loss is Loss.REPLY else None)
        with pytest.raises(expected) if expected else nullcontext():
            await write.act(scene)
        assert await scene.ask(write.happened) is True
        assert await told(operator, write) - told_before == _times(write, loss)


async def told(operator: AsyncEngine, write: Write) -> int:
    if write.event is None:
        return 0
    question = "SELECT count(*) FROM auth.audit_events WHERE kind = :kind"
    count: int = await scalar(operator, question, kind=write.event.value)
    return count


def _times(write: Write, loss: Loss) -> int:
    """Say how often the trail is to tell of the call: once, but where a repetition is another effect."""
    if write.event is None:
        return 0
    return write.times if loss is Loss.REPLY else 1


@either_way
@pytest.mark.covers("RFR-07", "RFR-08", "DB-02")
async def test_a_refresh_converges_to_the_same_successor(line: Line, operator: AsyncEngine, loss: Loss) -> None:
    person = await signed_in(line.auth)
    await person.refresh()
    kept = person.refresh_token

    line.proxy.cut_at_next(prepared_statement, loss)
    with pytest.raises(OutcomeUnknown):
        await person.refresh()

    assert person.refresh_token is kept
    again = [await line.auth.sessions.refresh(refresh_token=kept, origin=an_origin()) for _ in range(2)]
    assert {pair.session.generation for pair in again} == {2}
    assert len({pair.refresh_token.reveal() for pair in again}) == 1
    assert await events_of(operator, person.id) == ["login.succeeded", "user.registered"]
    await person.refresh()


@either_way
async def test_after_a_change_of_password_that_was_lost_one_of_the_two_signs_in(line: Line, loss: Loss) -> None:
    person = await signed_in(line.auth)

    line.proxy.cut_at_next(nth(2, commit), loss)
    with pytest.raises(OutcomeUnknown):
        await person.change_password()

    assert line.proxy.has_cut
    await (person.log_in(NEW_PASSWORD) if loss is Loss.REPLY else person.log_in())
    await person.refresh()


async def test_a_connection_lost_before_the_commit_has_changed_nothing(line: Line) -> None:
    person = await signed_in(line.auth)

    line.proxy.cut_at_next(lambda message: b"session.ended" in message, Loss.REPLY)
    with pytest.raises(Unavailable) as refused:
        await person.log_out()

    assert not isinstance(refused.value, OutcomeUnknown)
    assert len(await line.auth.sessions.list(user_id=person.id)) == 1


@either_way
async def test_a_read_is_repeated_without_a_word(line: Line, loss: Loss) -> None:
    person = await signed_in(line.auth)

    line.proxy.cut_at_next(prepared_statement, loss)
    claims = await line.auth.tokens.verify_access_token(token=_access_token_of(person))

    assert line.proxy.has_cut
    assert claims.session_id == person.session_id


@pytest.mark.covers("DB-12")
async def test_a_frozen_server_is_not_waited_for_long(line: Line) -> None:
    person = await signed_in(line.auth)
    line.proxy.freeze()

    async with asyncio.timeout(15):
        with pytest.raises(Unavailable):
            await person.refresh()
        with pytest.raises(Unavailable):
            await person.log_out()

    line.proxy.thaw()
    await person.refresh()


def _access_token_of(person: Person) -> str:
    assert person.tokens is not None
    return person.tokens.access_token.reveal()
