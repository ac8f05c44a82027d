"""Mail for tests: it stays here."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from auth_core.outbox.messages import Message
from auth_core.outbox.model import Answer, Letter, Mail, Sent
from auth_core.outbox.ports import MailPorts


class Mailbox:
    """Keeps every mail it takes, and answers what it was told to; when that is used up it takes everything."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self.mails: Final[list[Mail]] = []
        self._answers = deque(answers)

    def will(self, *answers: Answer | Exception) -> None:
        """Answer this to the mails to come, one after the other."""
        self._answers.extend(answers)

    async def send(self, mail: Mail) -> Answer:
        """Take the mail, or answer what was said."""
        answer = self._answers.popleft() if self._answers else Sent()
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Sent):
            self.mails.append(mail)
        return answer


@dataclass(slots=True)
class PlainWording:
    """Says messages as programs do, and keeps what was said."""

    said: list[Message] = field(default_factory=list[Message])

    def compose(self, message: Message, letter: Letter) -> Mail:
        """Return a mail whose subject is the kind of the message."""
        self.said.append(message)
        return Mail(
            id=letter.sealed.id,
            to=letter.to.address,
            subject=message.kind,
            text=repr(message),
            html="",
            locale=letter.to.locale or "en",
            created_at=letter.created_at,
        )

    def of_kind(self, kind: str) -> Iterable[Message]:
        """Return what was said of one kind, in order."""
        return [each for each in self.said if each.kind == kind]


def mail_to(mailbox: Mailbox, wording: PlainWording | None = None) -> MailPorts:
    """Return the ports of a service that tells people things, whose mail ends in `mailbox`."""
    return MailPorts(wording=wording or PlainWording(), mailer=mailbox)
