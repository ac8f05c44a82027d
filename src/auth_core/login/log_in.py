"""Sign in with an e-mail address and a password."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from auth_core.access.model import Principal
from auth_core.audit.events import EventKind, Outcome
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.credentials.passwords.errors import WeakPassword
from auth_core.credentials.passwords.model import PasswordHash, StoredPassword, Verification
from auth_core.credentials.passwords.new_passwords import NewPasswords
from auth_core.credentials.passwords.ports import PasswordHasher
from auth_core.errors import AuthError
from auth_core.even_time import EvenTime
from auth_core.login.errors import InvalidCredentials, PasswordChangeRequired
from auth_core.login.model import Candidate, LoggedIn
from auth_core.login.ports import Candidates, LoginTx
from auth_core.origin import Origin
from auth_core.outbox.messages import NewDevice
from auth_core.outbox.posting import Posting
from auth_core.redacted import Redacted
from auth_core.revocation.model import Reason
from auth_core.revocation.revoking import Revoking
from auth_core.sessions.device import device_label
from auth_core.sessions.model import Session
from auth_core.sessions.opening import SessionOpening
from auth_core.sessions.token_pair import TokenPairs
from auth_core.throttling.device import Devices
from auth_core.throttling.guard import ThrottleGuard
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.email_address import EmailAddress
from auth_core.users.errors import InvalidEmail
from auth_core.users.login_name import login_name
from auth_core.users.model import User, UserStatus

type _Opened = tuple[User, Session, Principal]


@dataclass(frozen=True, slots=True)
class _Hashed:
    """A hash to be kept: of a new password, or of the same one as we hash it today."""

    hash: PasswordHash
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """Open a session for whoever knows the password of an active account.

    One read, then a try from every budget, then the hash with no connection held, then one write. An unknown address
    costs what a known one does, and both are refused at a stroke. A device on which this person has signed in before
    has a budget of its own, so that nobody else's failures keep them out.
    """

    candidates: Candidates
    uow: UnitOfWork[LoginTx]
    hasher: PasswordHasher
    open_session: SessionOpening
    token_pairs: TokenPairs
    record: Recorder
    revoke: Revoking
    post: Posting
    clock: Clock
    new_passwords: NewPasswords
    throttle: ThrottleGuard
    devices: Devices
    even_time: EvenTime

    async def __call__(
        self,
        *,
        email: str,
        password: Redacted[str],
        new_password: Redacted[str] | None = None,
        origin: Origin,
        device_name: str | None = None,
        device_token: Redacted[str] | None = None,
    ) -> LoggedIn:
        """Return the user and the tokens of their new session.

        `new_password` takes the place of the password, and ends every session before this one; whoever has to change
        theirs gets in by it and in no other way. `device_name` is what the person calls the device; without one it is
        called by its user agent. `device_token` is what the last log-in on this device has returned; any other text is
        none. Raises: InvalidCredentials, PasswordChangeRequired, WeakPassword, TriedTooOften, Busy, Unavailable.
        """
        # To read an account and to find none differ by less than a tenth of a millisecond, and that can be measured.
        async with self.even_time(only=InvalidCredentials):
            return await self._log_in(
                email=email,
                password=password,
                new_password=new_password,
                origin=origin,
                device_name=device_name,
                device_token=device_token,
            )

    async def _log_in(
        self,
        *,
        email: str,
        password: Redacted[str],
        new_password: Redacted[str] | None,
        origin: Origin,
        device_name: str | None,
        device_token: Redacted[str] | None,
    ) -> LoggedIn:
        address, device = _address(email), self.devices.read(device_token)
        by_anybody = self.throttle.log_in(login_name(email), origin)
        charges = by_anybody if device is None else self.throttle.log_in_on(device)
        self.throttle.look(charges)  # a flood that was refused just now does not even stand in line
        async with self.hasher.turn(origin) as turn:
            candidate = await self._candidate(address)
            if device is not None and (candidate is None or candidate.user.id != device.user_id):
                device, charges = None, by_anybody
            attempt = await self.throttle.take(charges)
            stored = candidate.password if candidate else None
            verification = await turn.verify(password, stored.hash if stored else None)
            refusal = self._refusal(candidate, verification, has_new=new_password is not None)
            hashed = _Hashed(await turn.hash(password), is_new=False) if verification.stale else None
        if candidate is not None and refusal is None and new_password is not None:
            try:
                hashed = _Hashed(await self._hash(candidate.user, password, new_password, origin), is_new=True)
            except WeakPassword as error:
                refusal = error

        outcome: _Opened | AuthError = refusal or InvalidCredentials()
        async with self.uow() as tx:
            if candidate is not None and refusal is None:
                outcome = await self._open(tx, candidate, hashed, device_name, origin)
            if isinstance(outcome, AuthError):
                await self._record_failure(tx, candidate, verification, outcome, origin)
            if isinstance(outcome, InvalidCredentials):
                await self.throttle.tell(tx, attempt, origin=origin, subject=candidate.user.id if candidate else None)
        if not isinstance(outcome, InvalidCredentials):
            await self.throttle.succeeded(attempt)
        if isinstance(outcome, AuthError):
            raise outcome
        user, session, principal = outcome
        return LoggedIn(
            user=user,
            tokens=self.token_pairs.pair(session, principal, now=session.created_at),
            device_token=self.devices.hand_out(user.id, known=device),
        )

    def _refusal(self, candidate: Candidate | None, verification: Verification, *, has_new: bool) -> AuthError | None:
        """Return what forbids the log-in, as far as is known. Only who knows the password hears of anything else."""
        if candidate is None or not verification.matches or candidate.user.status is not UserStatus.ACTIVE:
            return InvalidCredentials()
        # Told to nobody: whoever registered an address that has an account would find out by not hearing it.
        if candidate.user.awaits_proof:
            return InvalidCredentials()
        must_change = candidate.password is not None and candidate.password.must_change
        return PasswordChangeRequired() if must_change and not has_new else None

    async def _hash(
        self, user: User, password: Redacted[str], new_password: Redacted[str], origin: Origin
    ) -> PasswordHash:
        """Judge the new password of somebody who knows the present one, and hash it. Raises: WeakPassword."""
        former: Sequence[StoredPassword] = ()
        if self._remembered:
            async with self.uow() as tx:
                former = await tx.passwords.former([user.id])
        context = (user.email.address, user.first_name, user.last_name)
        vetted = await self.new_passwords.vet(new_password, field="new_password", context=context, unlike=password)
        async with self.hasher.turn(origin) as turn:
            return await vetted.hash(turn, former=former[: self._remembered])

    @property
    def _remembered(self) -> int:
        return self.new_passwords.policy.remembered

    async def _candidate(self, address: EmailAddress | None) -> Candidate | None:
        return None if address is None else await self.candidates.find(address.canonical)

    async def _open(
        self,
        tx: LoginTx,
        candidate: Candidate,
        hashed: _Hashed | None,
        device_name: str | None,
        origin: Origin,
    ) -> _Opened | AuthError:
        """Open the session unless the account was closed or its password changed while we were hashing."""
        now = self.clock.now()
        user = await tx.users.record_log_in(candidate.user.id, now=now)
        stored = await tx.passwords.find(candidate.user.id)
        principal = await tx.principals.find(candidate.user.id)
        unchanged = stored and candidate.password and stored.version == candidate.password.version
        if user is None or principal is None or stored is None or not unchanged:
            return InvalidCredentials()
        is_new = hashed is not None and hashed.is_new
        if stored.must_change and not is_new:
            return PasswordChangeRequired()
        if hashed is not None and hashed.is_new:
            await tx.passwords.change(user.id, hashed.hash, version=stored.version, now=now, keep=self._remembered)
        elif hashed is not None:
            await tx.passwords.rehash(user.id, hashed.hash, version=stored.version)
        opened = await self.open_session(tx, user.id, called=device_name, origin=origin, now=now)
        if is_new:
            await self._end_others(tx, opened.session, origin)
        # Nobody needs to be told of the device on which they sign in for the first time of all.
        is_news = not opened.is_known_device and candidate.user.last_login_at is not None
        for kind in (EventKind.LOGGED_IN, *((EventKind.NEW_DEVICE,) if is_news else ())):
            await self.record(
                tx, kind, at=now, origin=origin, subject=user.id, actor=user.id, session_id=opened.session.id
            )
        if is_news:
            # By what the client says of itself: what somebody calls their device is not for a mail of ours.
            notice = NewDevice(at=now, device=device_label(origin.user_agent), address=origin.address)
            await self.post(tx, notice, to=user.recipient, at=now)
        return user, opened.session, principal

    async def _end_others(self, tx: LoginTx, session: Session, origin: Origin) -> None:
        user_id, now = session.user_id, session.created_at
        ended = await tx.sessions.end_others(user_id, keep=session.id, because=Reason.PASSWORD_CHANGED, now=now)
        await self.revoke.sessions(tx, ended)
        await self.record(
            tx,
            EventKind.PASSWORD_CHANGED,
            at=now,
            origin=origin,
            subject=user_id,
            actor=user_id,
            session_id=session.id,
            sessions_ended=len(ended),
        )

    async def _record_failure(
        self,
        tx: LoginTx,
        candidate: Candidate | None,
        verification: Verification,
        because: AuthError,
        origin: Origin,
    ) -> None:
        """Keep one event. What was typed is not kept: people type passwords into the wrong box."""
        kind = EventKind.STORED_PASSWORD_UNREADABLE if verification.unreadable else EventKind.LOGIN_FAILED
        record = partial(
            self.record,
            tx,
            kind,
            outcome=Outcome.FAILURE,
            at=self.clock.now(),
            origin=origin,
            subject=candidate.user.id if candidate else None,
            actor=None,
        )
        if candidate is not None and candidate.user.awaits_proof and verification.matches:
            await record(reason="email_not_verified")
        else:
            await (record() if isinstance(because, InvalidCredentials) else record(reason=because.code))


def _address(email: str) -> EmailAddress | None:
    try:
        return EmailAddress.parse(email)
    except InvalidEmail:
        return None
