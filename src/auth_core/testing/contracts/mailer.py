"""What every mailer promises."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4  # noqa: TID251 - tests of one server have to differ, and nobody gives them anything

import pytest

from auth_core.ids import MessageId
from auth_core.outbox.model import Mail, Sent
from auth_core.outbox.ports import Mailer
from auth_core.testing.builders import an_email
from auth_core.testing.contracts.concurrency import race
from auth_core.testing.moments import NOON


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A mail at its end: whom it reached, and what they read. `html` is empty when there is none."""

    id: MessageId
    to: tuple[str, ...]
    subject: str
    text: str
    html: str


type Arrivals = Callable[[], Awaitable[Sequence[Arrived]]]


def a_mail(*, text: str = "Hello.\n", html: str = "<p>Hello.</p>\n", subject: str = "Hello") -> Mail:
    """Return a mail to somebody."""
    return Mail(
        id=MessageId(UUID(int=uuid4().int)),
        to=an_email(),
        subject=subject,
        text=text,
        html=html,
        locale="en",
        created_at=NOON,
    )


class MailerContract:
    """Subclass it and provide `mailer`, and `arrived`, which says what has arrived where it delivers to."""

    @pytest.fixture
    def mailer(self) -> Mailer:
        raise NotImplementedError("your subclass gives this fixture")

    @pytest.fixture
    def arrived(self) -> Arrivals:
        raise NotImplementedError("your subclass gives this fixture")

    @pytest.mark.parametrize(
        "subject", ["Hello", "Bestätigen Sie „Ihre“ Adresse: 確認 🙂", "long " * 60 + "end", "no =? &<>\"'"]
    )
    async def test_a_mail_arrives_as_it_was_written(self, mailer: Mailer, arrived: Arrivals, subject: str) -> None:
        text = "Grüße,\n.\n..\nFrom here on: " + "x" * 2000 + "\nhttps://app.example.com/page#token=a-b_c=\n"
        mail = a_mail(subject=subject, text=text, html=f'<p>{"ü" * 1200}</p>\n.\n<a href="https://x/#token=a">=</a>\n')

        assert await mailer.send(mail) == Sent()

        [found] = [each for each in await arrived() if each.id == mail.id]
        assert (found.to, found.subject) == ((mail.to,), mail.subject)
        assert (found.text, found.html) == (mail.text, mail.html)

    async def test_a_mail_may_be_text_alone(self, mailer: Mailer, arrived: Arrivals) -> None:
        mail = a_mail(html="")

        assert await mailer.send(mail) == Sent()

        [found] = [each for each in await arrived() if each.id == mail.id]
        assert (found.text, found.html) == (mail.text, "")

    async def test_whoever_gets_it_twice_can_tell(self, mailer: Mailer, arrived: Arrivals) -> None:
        mail = a_mail()

        assert [await mailer.send(mail) for _ in range(2)] == [Sent(), Sent()]

        found = [each for each in await arrived() if each.id == mail.id]
        assert len(found) == 2
        assert found[0] == found[1]

    async def test_many_can_be_sent_at_once_and_each_reaches_whom_it_is_for(
        self, mailer: Mailer, arrived: Arrivals
    ) -> None:
        mails = [a_mail(subject=f"Number {number}") for number in range(20)]
        left = list(mails)

        await race(20, lambda: mailer.send(left.pop()))

        ids = {mail.id for mail in mails}
        found = {each.id: (each.to, each.subject) for each in await arrived() if each.id in ids}
        assert found == {mail.id: ((mail.to,), mail.subject) for mail in mails}

    async def test_an_address_keeps_the_spelling_of_its_owner(self, mailer: Mailer, arrived: Arrivals) -> None:
        mail = replace(a_mail(), to="O'Brien+Tag!#$%&*/=?^_`{|}~-@xn--mnchen-3ya.example")

        await mailer.send(mail)

        [found] = [each for each in await arrived() if each.id == mail.id]
        assert found.to == (mail.to,)
