"""What people are told is delivered at least once, once it is committed, and with the same id each time."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Self, override

import pytest

from auth_adapters.memory import FOR_TESTS
from auth_adapters.memory.outbox import MemoryOutboxQueue
from auth_core import Unavailable
from auth_core.audit.events import EventKind
from auth_core.ids import Ids, MessageId
from auth_core.login.model import LoggedIn
from auth_core.outbox.errors import MessageNotFound
from auth_core.outbox.messages import Message, NewDevice, PasswordChanged, ResetPassword
from auth_core.outbox.model import (
    Answer,
    Attempt,
    Deferred,
    Filed,
    Mail,
    Outcome,
    Recipient,
    Refused,
    SealedMessage,
    Sent,
    State,
)
from auth_core.outbox.policy import DeliveryPolicy
from auth_core.outbox.posting import Posting
from auth_core.redacted import Redacted
from auth_core.testing import (
    Mailbox,
    PlainWording,
    ScriptedEntropy,
    SeededEntropy,
    UnsafeOpenVault,
    a_letter,
    an_email,
    mail_to,
)
from auth_core.users.email_address import EmailAddress
from auth_core.users.model import User
from tests.unit.core_in_memory import HERE, HOUR, MINUTE, OTHER_PASSWORD, SECOND, Core

POLICY = DeliveryPolicy()
EVIL = replace(HERE, address="198.51.100.7")


@dataclass(frozen=True, kw_only=True)
class PostOffice:
    """A service that tells people things, and the mailbox in which it ends."""

    core: Core
    mailbox: Mailbox
    wording: PlainWording
    post: Posting

    @classmethod
    async def make(cls, *answers: Answer | Exception, policy: DeliveryPolicy = POLICY) -> Self:
        mailbox, wording = Mailbox(*answers), PlainWording()
        core = await Core.make(policies=replace(FOR_TESTS, delivery=policy), mail=mail_to(mailbox, wording))
        ids = Ids(clock=core.clock, entropy=SeededEntropy(b"posting"))
        return cls(core=core, mailbox=mailbox, wording=wording, post=Posting(ids=ids, vault=UnsafeOpenVault()))

    async def posted(self, message: Message | None = None, *, to: str = "ada@example.org") -> MessageId:
        """Post a message, and return its id."""
        before = set(self.core.store.committed.letters)
        now = self.core.clock.now()
        async with self.core.ports.uow() as tx:
            await self.post(tx, message or PasswordChanged(at=now, address=None), to=Recipient(address=to), at=now)
        [new] = set(self.core.store.committed.letters) - before
        return new

    async def someone_signed_in(self) -> LoggedIn:
        """Somebody to whom nothing is on its way: an administrator has made their account."""
        return await self.core.log_in(await self.core.create(an_email()))

    async def deliver(self) -> list[Outcome]:
        return [each.outcome for each in await self.core.auth.outbox.deliver()]

    async def filed(self, state: State) -> list[Filed]:
        return list(await self.core.auth.outbox.list(state=state))

    def sent(self) -> list[MessageId]:
        return [mail.id for mail in self.mailbox.mails]


@pytest.fixture
async def office() -> PostOffice:
    return await PostOffice.make()


@pytest.mark.covers("R-P6")
async def test_whose_password_is_changed_is_told_so_and_from_where(office: PostOffice) -> None:
    someone = await office.someone_signed_in()

    await office.core.change_password(someone)

    assert await office.deliver() == [Outcome.SENT]
    [mail] = office.mailbox.mails
    assert mail.to == someone.user.email.address
    assert office.wording.said == [PasswordChanged(at=office.core.clock.now(), address=HERE.address)]


async def test_whoever_fails_to_change_it_tells_nobody(office: PostOffice) -> None:
    someone = await office.someone_signed_in()

    with pytest.raises(Exception, match="password"):
        await office.core.change_password(someone, current="not the password")

    assert await office.deliver() == []


async def test_a_log_in_on_a_new_device_is_told_and_the_first_of_all_and_a_known_one_are_not(
    office: PostOffice,
) -> None:
    user: User = (await office.someone_signed_in()).user
    await office.core.log_in(user)

    await office.core.log_in(user, origin=EVIL)

    assert await office.deliver() == [Outcome.SENT]
    assert office.wording.said == [
        NewDevice(at=office.core.clock.now(), device="Firefox", address="198.51.100.7"),
    ]
    assert office.mailbox.mails[0].to == user.email.address


async def test_where_there_is_no_mail_nobody_is_told_and_nothing_is_kept(core: Core) -> None:
    someone = await core.signed_in()
    await core.change_password(someone)
    await core.log_in(someone.user, OTHER_PASSWORD, origin=EVIL)

    assert core.store.committed.letters == {}
    assert await core.auth.outbox.deliver() == ()


@pytest.mark.covers("PRC-09")
async def test_what_is_sent_once_is_not_sent_again(office: PostOffice) -> None:
    message_id = await office.posted()

    assert [await office.deliver() for _ in range(2)] == [[Outcome.SENT], []]

    assert office.sent() == [message_id]
    [filed] = await office.filed(State.SENT)
    assert (filed.id, filed.attempts) == (message_id, 1)


@pytest.mark.covers("PRC-09")
@pytest.mark.parametrize("fault", [Deferred("451 later"), TimeoutError(), RuntimeError("a secret"), OSError()])
async def test_what_could_not_be_sent_is_tried_again_later_and_later(fault: Answer | Exception) -> None:
    office = await PostOffice.make(fault, fault)
    message_id = await office.posted()

    outcomes = [await office.deliver()]
    for longest in (POLICY.first_delay, 2 * POLICY.first_delay):
        office.core.clock.advance(longest)
        outcomes.append(await office.deliver())

    assert outcomes == [[Outcome.DEFERRED], [Outcome.DEFERRED], [Outcome.SENT]]
    assert office.sent() == [message_id]
    assert "secret" not in str(await office.filed(State.SENT))


async def test_who_failed_together_does_not_come_back_together() -> None:
    office = await PostOffice.make(*[Deferred("451 later")] * 10)
    for _ in range(10):
        await office.posted()

    await office.deliver()

    again = {each.letter.due_at - office.core.clock.now() for each in office.core.store.committed.letters.values()}
    assert len(again) > 5
    assert all(SECOND <= each <= POLICY.first_delay for each in again)


async def test_no_wait_is_longer_than_the_longest() -> None:
    office = await PostOffice.make(*[Deferred("451 later")] * 20, policy=replace(POLICY, attempts=30))
    always_most = replace(office.core.auth.outbox.deliver, entropy=ScriptedEntropy([b"\xff" * 4] * 20))
    await office.posted()
    for _ in range(20):
        await always_most()
        office.core.clock.advance(timedelta(days=1))

    [stored] = office.core.store.committed.letters.values()
    wait = stored.letter.due_at - (office.core.clock.now() - timedelta(days=1))
    assert POLICY.longest_delay - SECOND < wait <= POLICY.longest_delay


async def test_what_was_tried_often_enough_is_given_up_and_kept_for_somebody_to_look_at() -> None:
    office = await PostOffice.make(*[Deferred("451 later")] * 3, policy=replace(POLICY, attempts=3))
    message_id = await office.posted()

    outcomes: list[Attempt] = []
    for _ in range(5):
        outcomes += await office.core.auth.outbox.deliver()
        office.core.clock.advance(HOUR)

    assert [(each.number, each.outcome) for each in outcomes] == [
        (1, Outcome.DEFERRED),
        (2, Outcome.DEFERRED),
        (3, Outcome.GIVEN_UP),
    ]
    [dead] = await office.filed(State.DEAD)
    assert (dead.id, dead.reason, dead.attempts) == (message_id, "451 later", 3)
    backlog = await office.core.auth.outbox.look()
    assert (backlog.waiting, backlog.dead) == (0, 1)


async def test_a_mailbox_that_is_not_there_is_not_tried_again() -> None:
    office = await PostOffice.make(Refused("550 5.1.1"))
    await office.posted()

    assert await office.deliver() == [Outcome.REFUSED]

    [dead] = await office.filed(State.DEAD)
    assert dead.reason == "550 5.1.1"


async def test_a_link_that_is_no_longer_good_is_not_sent(office: PostOffice) -> None:
    now = office.core.clock.now()
    await office.posted(ResetPassword(token=Redacted("t"), expires_at=now + HOUR))
    office.core.clock.advance(HOUR)

    assert await office.deliver() == [Outcome.EXPIRED]

    assert office.sent() == []
    assert [each.state for each in await office.filed(State.EXPIRED)] == [State.EXPIRED]


async def test_one_bad_letter_holds_up_none_of_the_others() -> None:
    office = await PostOffice.make(RuntimeError())
    for _ in range(3):
        await office.posted()

    assert sorted(await office.deliver()) == [Outcome.DEFERRED, Outcome.SENT, Outcome.SENT]


async def test_a_message_of_a_later_release_waits_for_that_release(office: PostOffice) -> None:
    message_id = await office.posted()
    letters = office.core.store.committed.letters
    stored = letters[message_id]
    later = SealedMessage(id=message_id, kind="from_the_future", payload=Redacted(b"{}"))
    letters[message_id] = replace(stored, letter=replace(stored.letter, sealed=later))

    assert await office.deliver() == [Outcome.DEFERRED]

    assert "later release" in str(office.core.store.committed.letters[message_id].reason)


class Slow(Mailbox):
    """Takes a while; meanwhile the clock goes on, or the process is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = asyncio.Event()
        self.go_on = asyncio.Event()

    @override
    async def send(self, mail: Mail) -> Answer:
        self.taken.set()
        await self.go_on.wait()
        return await super().send(mail)


async def slow_office() -> tuple[PostOffice, Slow]:
    office, slow = await PostOffice.make(), Slow()
    deliver = office.core.auth.outbox.deliver
    slowly = replace(deliver, mail=mail_to(slow, office.wording))
    auth = replace(office.core.auth, outbox=replace(office.core.auth.outbox, deliver=slowly))
    return replace(office, core=replace(office.core, auth=auth)), slow


@pytest.mark.covers("PRC-03")
async def test_a_process_that_died_while_sending_leaves_the_letter_to_the_next_with_the_same_id() -> None:
    office, slow = await slow_office()
    message_id = await office.posted()
    first = asyncio.create_task(office.core.auth.outbox.deliver())
    await slow.taken.wait()
    first.cancel()
    slow.go_on.set()

    assert await office.deliver() == []
    office.core.clock.advance(POLICY.lease)

    assert await office.deliver() == [Outcome.SENT]
    assert office.sent() == []
    assert [mail.id for mail in slow.mails] == [message_id]


@pytest.mark.covers("PRC-03")
@pytest.mark.parametrize("answer", [Sent(), Deferred("451 later"), Refused("550")])
async def test_a_process_that_stood_still_settles_nothing_over_the_one_that_took_its_place(answer: Answer) -> None:
    office, slow = await slow_office()
    slow.will(answer)
    message_id = await office.posted()
    stalled = asyncio.create_task(office.core.auth.outbox.deliver())
    await slow.taken.wait()
    office.core.clock.advance(POLICY.lease)
    office.mailbox.will(Deferred("452 later"))
    other = replace(office.core.auth.outbox.deliver, mail=mail_to(office.mailbox, office.wording))

    assert [each.outcome for each in await other()] == [Outcome.DEFERRED]
    slow.go_on.set()

    assert [each.outcome for each in await stalled] == [Outcome.OVERTAKEN]
    stored = office.core.store.committed.letters[message_id]
    assert (stored.state, stored.reason) == (State.WAITING, "452 later")


class WakesLate(MemoryOutboxQueue):
    """Gives a claim back to a process that sleeps before it can do anything with it."""

    @override
    async def claim(self, *arguments: Any, **named: Any) -> Any:
        claimed = await super().claim(*arguments, **named)
        self.clock.advance(POLICY.lease)
        return claimed

    clock: Any


@pytest.mark.covers("PRC-03")
async def test_a_process_that_wakes_up_after_its_claim_has_run_out_sends_nothing(office: PostOffice) -> None:
    await office.posted()
    queue = WakesLate(office.core.store)
    queue.clock = office.core.clock

    late = await replace(office.core.auth.outbox.deliver, queue=queue)()

    assert [each.outcome for each in late] == [Outcome.OVERTAKEN]
    assert office.sent() == []
    assert await office.deliver() == [Outcome.SENT]


async def test_a_letter_that_ends_every_process_that_tries_it_is_given_up(office: PostOffice) -> None:
    await office.posted()
    deliver, store = office.core.auth.outbox.deliver, office.core.store
    for _ in range(POLICY.attempts):  # each of them claims, and is gone
        now = office.core.clock.now()
        assert await MemoryOutboxQueue(store).claim(deliver.ids.claim(), limit=1, now=now, until=now + POLICY.lease)
        office.core.clock.advance(POLICY.lease)

    assert await office.deliver() == [Outcome.GIVEN_UP]

    assert office.sent() == []


class CannotSettle(MemoryOutboxQueue):
    @override
    async def end(self, message_id: MessageId, *arguments: Any, **named: Any) -> bool:
        if message_id == self.out_of_reach:
            raise Unavailable(Unavailable.SHORTLY)
        for _ in range(20):  # the failure is known long before
            await asyncio.sleep(0)
        return await super().end(message_id, *arguments, **named)

    out_of_reach: MessageId


async def test_one_that_cannot_be_settled_does_not_break_off_the_others(office: PostOffice) -> None:
    first, second = await office.posted(), await office.posted()
    queue = CannotSettle(office.core.store)
    queue.out_of_reach = first

    with pytest.raises(Unavailable):
        await replace(office.core.auth.outbox.deliver, queue=queue)()

    assert office.core.store.committed.letters[second].state is State.SENT  # by now, and not some time later
    assert [each.id for each in await office.filed(State.SENT)] == [second]
    office.core.clock.advance(POLICY.lease)
    assert await office.deliver() == [Outcome.SENT]
    assert sorted(office.sent()) == sorted([first, second, first])


async def test_what_came_of_every_attempt_is_counted(office: PostOffice) -> None:
    office.mailbox.will(Deferred("451"), Refused("550"))
    for _ in range(3):
        await office.posted()

    await office.deliver()

    assert office.core.auth.tallies.deliveries.counts == {"deferred": 1, "refused": 1, "sent": 1}


async def test_an_operator_has_what_was_given_up_tried_again_and_the_trail_says_so() -> None:
    office = await PostOffice.make(Refused("550"))
    message_id = await office.posted()
    await office.deliver()

    await office.core.auth.outbox.retry(message_id=message_id, actor=None, origin=HERE)

    assert await office.deliver() == [Outcome.SENT]
    assert office.sent() == [message_id]
    [event] = [each for each in office.core.all_events() if each.kind is EventKind.MESSAGE_RETRIED]
    assert event.details == {"message_id": str(message_id), "message": "password_changed"}


async def test_an_operator_drops_what_is_not_to_be_sent_and_the_trail_says_so(office: PostOffice) -> None:
    message_id = await office.posted()

    await office.core.auth.outbox.drop(message_id=message_id, actor=None, origin=HERE)

    assert await office.deliver() == []
    assert [each.kind for each in office.core.all_events()].count(EventKind.MESSAGE_DROPPED) == 1


async def test_nothing_is_done_about_what_is_over_or_not_there(office: PostOffice) -> None:
    message_id = await office.posted()
    await office.deliver()
    events = len(office.core.all_events())

    for act in (office.core.auth.outbox.retry, office.core.auth.outbox.drop):
        for each in (message_id, MessageId(office.post.ids.message())):
            with pytest.raises(MessageNotFound):
                await act(message_id=each, actor=None, origin=HERE)

    assert len(office.core.all_events()) == events


async def test_what_is_over_is_kept_for_a_while_and_what_waits_for_ever(office: PostOffice) -> None:
    sent = await office.posted()
    await office.deliver()
    office.core.clock.advance(MINUTE)
    waiting = await office.posted()

    office.core.clock.advance(POLICY.kept - MINUTE)
    await office.core.auth.upkeep.purge()
    assert sent in office.core.store.committed.letters
    office.core.clock.advance(SECOND)
    await office.core.auth.upkeep.purge()

    assert set(office.core.store.committed.letters) == {waiting}


@pytest.mark.parametrize(
    "nonsense",
    [
        {"batch": 0},
        {"attempts": 0},
        {"send_within": timedelta(0)},
        {"send_within": timedelta(seconds=61)},
        {"first_delay": timedelta(0)},
        {"first_delay": timedelta(hours=5)},
        {"poll": timedelta(0)},
        {"kept": -SECOND},
    ],
)
def test_a_policy_that_cannot_be_kept_is_refused(nonsense: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(nonsense))):
        DeliveryPolicy(**nonsense)


@pytest.mark.covers("REG-09")
@pytest.mark.parametrize(
    "to",
    [
        "",
        "a",
        "a@x.org,b@y.org",
        "a@x.org\r\nBcc: b@y.org",
        "a@x.org ",
        "<a@x.org>",
        "a b@x.org",
        "ä@x.org",
        "a@x@y.org",
    ],
)
def test_a_mail_has_one_recipient(to: str) -> None:
    letter = a_letter()

    with pytest.raises(ValueError, match="one recipient"):
        replace(PlainWording().compose(PasswordChanged(at=letter.created_at, address=None), letter), to=to)


@pytest.mark.covers("REG-09")
@pytest.mark.parametrize("subject", ["", " ", "Hello\r\nBcc: b@y.org", "Hello\x00"])
def test_a_subject_is_one_line(subject: str) -> None:
    letter = a_letter()

    with pytest.raises(ValueError, match="one line"):
        replace(PlainWording().compose(PasswordChanged(at=letter.created_at, address=None), letter), subject=subject)


@pytest.mark.parametrize("address", ["Ada@example.org", "a!#$%&'*+/=?^_`{|}~-.b@xn--mnchen-3ya.example"])
def test_every_address_that_we_accept_can_be_mailed_to(address: str) -> None:
    letter = a_letter(to=EmailAddress.parse(address).address)

    assert PlainWording().compose(PasswordChanged(at=letter.created_at, address=None), letter).to == address
