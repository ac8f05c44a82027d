"""A service that tells people things, for tests of what becomes of them."""

from dataclasses import dataclass, replace
from typing import Self

from auth_adapters.memory import FOR_TESTS
from auth_core.ids import Ids, MessageId
from auth_core.login.model import LoggedIn
from auth_core.outbox.messages import Message, PasswordChanged
from auth_core.outbox.model import Answer, Filed, Outcome, Recipient, State
from auth_core.outbox.policy import DeliveryPolicy
from auth_core.outbox.posting import Posting
from auth_core.testing import Mailbox, PlainWording, SeededEntropy, UnsafeOpenVault, an_email, mail_to
from tests.unit.core_in_memory import HERE, Core

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
