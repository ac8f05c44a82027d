"""Deliver what people are told: open each letter that is due, word it, and hand it to the mailer."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_core.outbox.errors import UnreadableMessage
from auth_core.outbox.lane import Lane, Send
from auth_core.outbox.model import Answer, Attempt, Deferred, Letter
from auth_core.outbox.ports import MailPorts, MessageVault


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverMessages:
    """Deliver the letters that are due, at least once each, with the same id each time; nothing where there is no mail.

    Any number of processes may do so at a time.
    """

    lane: Lane[Letter]
    vault: MessageVault
    mail: MailPorts | None

    async def __call__(self) -> Sequence[Attempt]:
        """Deliver up to a batch, and say what came of it: nothing when nothing was due. Raises: Unavailable."""
        if self.mail is None:
            return ()
        mail = self.mail

        async def send(letter: Letter) -> Answer:
            try:
                message = self.vault.open(letter.sealed)
            except UnreadableMessage as unreadable:
                return Deferred(f"It cannot be opened: {unreadable}.")
            return await mail.mailer.send(mail.wording.compose(message, letter))

        async def ready(_letters: Sequence[Letter]) -> Send[Letter]:
            return send

        return await self.lane(ready)
