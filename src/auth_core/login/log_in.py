"""Sign in with an e-mail address and a password."""

from dataclasses import dataclass

from auth_core.access.model import Principal
from auth_core.audit.events import EventKind, Outcome
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.credentials.passwords.model import PasswordHash, Verification
from auth_core.credentials.passwords.ports import PasswordHasher
from auth_core.login.errors import InvalidCredentials
from auth_core.login.model import Candidate, LoggedIn
from auth_core.login.ports import Candidates, LoginTx
from auth_core.origin import Origin
from auth_core.redacted import Redacted
from auth_core.sessions.model import Session
from auth_core.sessions.opening import SessionOpening
from auth_core.sessions.token_pair import TokenPairs
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.email_address import EmailAddress
from auth_core.users.errors import InvalidEmail
from auth_core.users.model import User


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """Open a session for whoever knows the password of an active account.

    One read, then the hash with no connection held, then one write. An unknown address costs what a known one does.
    """

    candidates: Candidates
    uow: UnitOfWork[LoginTx]
    hasher: PasswordHasher
    open_session: SessionOpening
    token_pairs: TokenPairs
    record: Recorder
    clock: Clock

    async def __call__(
        self, *, email: str, password: Redacted[str], origin: Origin, device_name: str | None = None
    ) -> LoggedIn:
        """Return the user and the tokens of their new session. Raises: InvalidCredentials, Busy.

        `device_name` is what the person calls the device; without one it is called by its user agent.
        """
        async with self.hasher.turn() as turn:
            candidate = await self._candidate(email)
            stored = candidate.password if candidate else None
            verification = await turn.verify(password, stored.hash if stored else None)
            rehashed = await turn.hash(password) if verification.stale else None

        opened = None
        async with self.uow() as tx:
            if candidate is not None and verification.matches:
                opened = await self._open(tx, candidate, rehashed, device_name, origin)
            if opened is None:
                await self._record_failure(tx, candidate, verification, origin)
        if opened is None:
            raise InvalidCredentials
        user, session, principal = opened
        return LoggedIn(user=user, tokens=self.token_pairs.pair(session, principal, now=session.created_at))

    async def _candidate(self, email: str) -> Candidate | None:
        try:
            address = EmailAddress.parse(email)
        except InvalidEmail:
            return None
        return await self.candidates.find(address.canonical)

    async def _open(
        self,
        tx: LoginTx,
        candidate: Candidate,
        rehashed: PasswordHash | None,
        device_name: str | None,
        origin: Origin,
    ) -> tuple[User, Session, Principal] | None:
        """Open the session unless the account was disabled or its password changed while we were hashing."""
        now = self.clock.now()
        user = await tx.users.record_log_in(candidate.user.id, now=now)
        stored = await tx.passwords.find(candidate.user.id)
        principal = await tx.principals.find(candidate.user.id)
        unchanged = stored and candidate.password and stored.version == candidate.password.version
        if user is None or principal is None or stored is None or not unchanged:
            return None
        if rehashed is not None:
            await tx.passwords.rehash(user.id, rehashed, version=stored.version)
        opened = await self.open_session(tx, user.id, called=device_name, origin=origin, now=now)
        # Nobody needs to be told of the device on which they sign in for the first time of all.
        is_news = not opened.is_known_device and candidate.user.last_login_at is not None
        for kind in (EventKind.LOGGED_IN, *((EventKind.NEW_DEVICE,) if is_news else ())):
            await self.record(
                tx, kind, at=now, origin=origin, subject=user.id, actor=user.id, session_id=opened.session.id
            )
        return user, opened.session, principal

    async def _record_failure(
        self, tx: LoginTx, candidate: Candidate | None, verification: Verification, origin: Origin
    ) -> None:
        """Keep one event. What was typed is not kept: people type passwords into the wrong box."""
        await self.record(
            tx,
            EventKind.STORED_PASSWORD_UNREADABLE if verification.unreadable else EventKind.LOGIN_FAILED,
            outcome=Outcome.FAILURE,
            at=self.clock.now(),
            origin=origin,
            subject=candidate.user.id if candidate else None,
            actor=None,
        )
