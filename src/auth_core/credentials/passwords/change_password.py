"""A person replaces their password."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_core.audit.events import EventKind, Outcome
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.credentials.passwords.errors import WrongPassword
from auth_core.credentials.passwords.new_passwords import NewPasswords
from auth_core.credentials.passwords.ports import ChangePasswordTx, Owner, PasswordHasher
from auth_core.ids import SessionId, UserId
from auth_core.origin import Origin
from auth_core.outbox.messages import PasswordChanged
from auth_core.outbox.posting import Posting
from auth_core.redacted import Redacted
from auth_core.revocation.model import Reason
from auth_core.revocation.revoking import Revoking
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    """Trade the current password for a new one, and end every other session: whoever knew the old one is out."""

    uow: UnitOfWork[ChangePasswordTx]
    hasher: PasswordHasher
    record: Recorder
    revoke: Revoking
    post: Posting
    clock: Clock
    new_passwords: NewPasswords

    async def __call__(
        self,
        *,
        user_id: UserId,
        session_id: SessionId,
        current_password: Redacted[str],
        new_password: Redacted[str],
        origin: Origin,
    ) -> None:
        """Change the password; the session `session_id` goes on.

        Of simultaneous changes from one current password exactly one succeeds; to the others it is wrong by then.
        Raises: WeakPassword, WrongPassword, Busy, Unavailable.
        """
        async with self.uow() as tx:
            stored, owner = await tx.passwords.find(user_id), await tx.users.find(user_id)
            former = await tx.passwords.former([user_id]) if self._remembered else ()
        vetted = await self.new_passwords.vet(
            new_password, field="new_password", context=_words_of(owner), unlike=current_password
        )
        async with self.hasher.turn() as turn:
            verification = await turn.verify(current_password, stored.hash if stored else None)
            new_hash = await vetted.hash(turn, former=former[: self._remembered]) if verification.matches else None

        now = self.clock.now()
        changed = False
        async with self.uow() as tx:
            if stored is not None and new_hash is not None:
                changed = await tx.passwords.change(
                    user_id, new_hash, version=stored.version, now=now, keep=self._remembered
                )
            ended: Sequence[SessionId] = ()
            if changed:
                ended = await tx.sessions.end_others(user_id, keep=session_id, because=Reason.PASSWORD_CHANGED, now=now)
                await self.revoke.sessions(tx, ended)
                notice = PasswordChanged(at=now, address=origin.address)
                await self.post.to_user(tx, notice, user_id=user_id, at=now)
            await self.record(
                tx,
                EventKind.PASSWORD_CHANGED if changed else EventKind.PASSWORD_CHANGE_FAILED,
                outcome=Outcome.SUCCESS if changed else Outcome.FAILURE,
                at=now,
                origin=origin,
                subject=user_id,
                actor=user_id,
                session_id=session_id,
                sessions_ended=len(ended),
            )
        if not changed:
            raise WrongPassword

    @property
    def _remembered(self) -> int:
        return self.new_passwords.policy.remembered


def _words_of(owner: Owner | None) -> tuple[str, ...]:
    return () if owner is None else (str(owner.email), owner.first_name, owner.last_name)
