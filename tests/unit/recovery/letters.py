"""A service that sends mail, and whoever reads it."""

from dataclasses import dataclass, field, replace
from typing import Self

from auth_adapters.memory import FOR_TESTS
from auth_core import Origin, PasswordPolicy, Redacted, RegistrationMode, UserPolicy, VerificationPolicy
from auth_core.testing import Mailbox, PlainWording, mail_to
from auth_core.users.model import User
from auth_core.verification.model import Purpose
from tests.unit.core_in_memory import HERE, OTHER_PASSWORD, PASSWORD, Core

ADA = "Ada@example.org"
THERE = "Ada.Lovelace@example.com"


@dataclass(frozen=True, kw_only=True)
class Letters:
    core: Core
    mailbox: Mailbox = field(default_factory=Mailbox)
    wording: PlainWording = field(default_factory=PlainWording)

    @classmethod
    async def make(
        cls,
        mode: RegistrationMode = RegistrationMode.OPEN,
        *,
        passwords: PasswordPolicy = PasswordPolicy(),  # noqa: B008 - frozen
        verification: VerificationPolicy = VerificationPolicy(),  # noqa: B008 - frozen
    ) -> Self:
        mailbox, wording = Mailbox(), PlainWording()
        policies = replace(
            FOR_TESTS, users=UserPolicy(registration=mode), passwords=passwords, verification=verification
        )
        core = await Core.make(policies=policies, mail=mail_to(mailbox, wording))
        return cls(core=core, mailbox=mailbox, wording=wording)

    async def sent(self) -> list[tuple[str, str]]:
        """To whom a mail has come since the last look, and of which kind."""
        while await self.core.auth.outbox.deliver():
            pass
        sent = [(mail.to, mail.subject) for mail in self.mailbox.mails]
        self.mailbox.mails.clear()
        return sent

    async def token(self, kind: str) -> Redacted[str]:
        """The token of the last mail of this kind."""
        await self.sent()
        [*_, last] = self.wording.of_kind(kind)
        token: Redacted[str] = last.token  # type: ignore[union-attr]  # whoever asks knows the kind
        return token

    def purposes(self) -> set[Purpose]:
        """What the tokens that are kept are good for."""
        return {each.purpose for each in self.core.store.committed.one_time_tokens.values()}

    async def register(self, email: str = ADA, password: str = PASSWORD) -> User | None:
        return await self.core.auth.users.register(
            email=email, password=Redacted(password), first_name="Ada", last_name="Lovelace", origin=HERE
        )

    async def registered(self, email: str = ADA) -> User:
        """Somebody whose address is proven, and who has been told so."""
        await self.register(email)
        await self.verify(await self.token("verify_address"))
        return await self.user(email)

    async def user(self, email: str = ADA) -> User:
        return await self.core.auth.users.look_up_by_email(email=email)

    async def verify(self, token: Redacted[str]) -> None:
        await self.core.auth.recovery.verify_email(token=token, origin=HERE)

    async def resend(self, email: str = ADA) -> None:
        await self.core.auth.recovery.resend_verification(email=email, origin=HERE)

    async def forget(self, email: str = ADA) -> Redacted[str]:
        """Say that the password is forgotten, and return what was sent."""
        await self.core.auth.recovery.request_password_reset(email=email, origin=HERE)
        return await self.token("reset_password")

    async def choose(self, token: Redacted[str], password: str = OTHER_PASSWORD, *, origin: Origin = HERE) -> None:
        await self.core.auth.recovery.choose_password(token=token, new_password=Redacted(password), origin=origin)

    async def ask_to_change(self, user: User, new: str = THERE, password: str = PASSWORD) -> None:
        await self.core.auth.recovery.request_email_change(
            user_id=user.id, new_email=new, password=Redacted(password), origin=HERE
        )

    async def confirm(self, token: Redacted[str]) -> None:
        await self.core.auth.recovery.confirm_email_change(token=token, origin=HERE)

    async def change(self, user: User, new: str = THERE, password: str = PASSWORD) -> None:
        await self.ask_to_change(user, new, password)
        await self.confirm(await self.token("confirm_email_change"))

    async def undo(self, token: Redacted[str]) -> None:
        await self.core.auth.recovery.undo_email_change(token=token, origin=HERE)
