"""Mail that proves who reads it, and what else strangers can have us send: so often to one address, and no more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from auth_core.entropy import Entropy
from auth_core.outbox.messages import (
    AddressTaken,
    ConfirmEmailChange,
    EmailChanged,
    Message,
    ResetPassword,
    VerifyAddress,
)
from auth_core.outbox.model import Recipient
from auth_core.outbox.posting import Posting
from auth_core.verification.errors import NoMail
from auth_core.verification.model import Binding, OneTimeToken, Purpose
from auth_core.verification.policy import VerificationPolicy
from auth_core.verification.ports import VerificationTx
from auth_core.verification.secret import digest_of, new_token

type _Asking = type[VerifyAddress | ResetPassword | ConfirmEmailChange]

_MESSAGES: Final[Mapping[Purpose, _Asking]] = {
    Purpose.VERIFY_EMAIL: VerifyAddress,
    Purpose.RESET_PASSWORD: ResetPassword,
    Purpose.CHANGE_EMAIL: ConfirmEmailChange,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofMail:
    """Posts tokens in the caller's transaction: the mail and what makes its link good are there together or not at all.

    The one place where a token is in clear. It is sealed in the message, and its digest is kept.
    """

    post: Posting
    entropy: Entropy
    policy: VerificationPolicy

    def must_be_possible(self) -> None:
        """Raises: NoMail."""
        if not self.post.is_possible:
            raise NoMail

    def kind_of(self, purpose: Purpose) -> str:
        """Return what the mail is called that asks for something."""
        return _MESSAGES[purpose].kind

    async def may_be_sent(self, tx: VerificationTx, kind: str, *, email: str, now: datetime) -> bool:
        """Count a mail somebody asks for, whoever reads that canonical address; False when there were enough."""
        return await tx.mail_allowances.take(email, kind, most=self.policy.mails, window=self.policy.window, now=now)

    async def ask(self, tx: VerificationTx, purpose: Purpose, binding: Binding, *, address: str, now: datetime) -> None:
        """Send a token, if one may be sent to `address` now; if not, the one before stays good."""
        message = _MESSAGES[purpose]
        if not self.post.is_possible or not await self.may_be_sent(tx, message.kind, email=address.lower(), now=now):
            return
        await self.send(tx, purpose, binding, address=address, now=now)

    async def send(
        self, tx: VerificationTx, purpose: Purpose, binding: Binding, *, address: str, now: datetime
    ) -> None:
        """Send a token, however many were sent: for who has just proven something."""
        token, expires_at = new_token(self.entropy), now + self.policy.lifetime(purpose)
        await tx.one_time_tokens.add(
            OneTimeToken(
                digest=digest_of(token),
                purpose=purpose,
                binding=binding,
                address=address,
                made_at=now,
                expires_at=expires_at,
            )
        )
        message: Message = (
            EmailChanged(at=now, token=token, expires_at=expires_at)
            if purpose is Purpose.UNDO_EMAIL_CHANGE
            else _MESSAGES[purpose](token=token, expires_at=expires_at)
        )
        await self.post(tx, message, to=Recipient(address=address), at=now)

    async def tell_owner(self, tx: VerificationTx, *, address: str, now: datetime) -> None:
        """Tell whoever has the address that somebody wanted it, unless they were told often enough."""
        if self.post.is_possible and await self.may_be_sent(tx, AddressTaken.kind, email=address.lower(), now=now):
            await self.post(tx, AddressTaken(at=now), to=Recipient(address=address), at=now)
