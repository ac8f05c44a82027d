"""Use cases that are sound until two calls meet, or one of them is cut off."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any, Final

from auth_core import AuthCore, AuthError, InvalidRefreshToken, Origin, Policies, Ports, Redacted, assemble
from auth_core.audit.events import EventKind
from auth_core.credentials.passwords.change_password import ChangePassword
from auth_core.ids import SessionId, UserId
from auth_core.login.log_in import LogIn, _Hashed, _Opened
from auth_core.login.model import Candidate
from auth_core.login.ports import LoginTx
from auth_core.revocation.model import Reason
from auth_core.sessions.model import TokenPair
from auth_core.sessions.refresh import Refresh
from auth_core.sessions.refresh_chain import Gone, Repeated, judge
from tests.proof.seeded_bugs.bug import refreshing_by
from tests.proof.seeded_bugs.racing_bug import RacingBug
from tests.proof.seeded_bugs.refreshing import AdvancesAgain, ForgetsTheGeneration, RaisesInside, with_window
from tests.proof.simulation.world import Assembled, Wiring


class JudgesTheFirstLook(Refresh):
    """Judges a link by the session as it was before the chain was tried."""

    async def __call__(self, *, refresh_token: Redacted[str], origin: Origin) -> TokenPair:
        link = self.token_pairs.read_refresh_token(refresh_token)
        now = self.clock.now()
        async with self.uow() as tx:
            session = await tx.sessions.lock(link.session_id)
            principal = await tx.principals.find(session.user_id) if session else None
        advanced = await self.chains.advance(link.session_id, link.generation, now=now, idle=self.policy.idle)
        if advanced is not None:
            return self.token_pairs.pair(advanced.session, advanced.principal, now=now)
        match judge(session, principal, link.generation, now=now, policy=self.policy):
            case Repeated(session=current, principal=holder):
                return self.token_pairs.pair(current, holder, now=now)
            case Gone():
                raise InvalidRefreshToken
            case _:
                return await super().__call__(refresh_token=refresh_token, origin=origin)


class TrustsTheOldPassword(LogIn):
    """Forgets that the password may have been changed while it was being hashed."""

    async def _open(
        self,
        tx: LoginTx,
        candidate: Candidate,
        hashed: _Hashed | None,
        device_name: str | None,
        origin: Origin,
    ) -> _Opened | AuthError:
        stored = await tx.passwords.find(candidate.user.id)
        return await super()._open(tx, replace(candidate, password=stored), hashed, device_name, origin)


class EndsOthersLater(ChangePassword):
    """Changes the password in one transaction and ends the other sessions in the next."""

    async def __call__(
        self,
        *,
        user_id: UserId,
        session_id: SessionId,
        current_password: Redacted[str],
        new_password: Redacted[str],
        origin: Origin,
    ) -> None:
        now = self.clock.now()
        async with self.uow() as tx:
            stored = await tx.passwords.find(user_id)
        async with self.hasher.turn() as turn:
            verification = await turn.verify(current_password, stored.hash if stored else None)
            new_hash = await turn.hash(new_password)
        changed = False
        async with self.uow() as tx:
            if stored is not None and verification.matches:
                changed = await tx.passwords.change(user_id, new_hash, version=stored.version, now=now)
        async with self.uow() as tx:
            if changed:
                ended = await tx.sessions.end_others(user_id, keep=session_id, because=Reason.PASSWORD_CHANGED, now=now)
                await self.record(
                    tx,
                    EventKind.PASSWORD_CHANGED,
                    at=now,
                    origin=origin,
                    subject=user_id,
                    actor=user_id,
                    session_id=session_id,
                    sessions_ended=len(ended),
                )


def _with(kind: type[LogIn | ChangePassword]) -> Assembled:
    """Return a wiring that is the real one but for this use case."""

    def assembled(ports: Ports, policies: Policies) -> AuthCore:
        auth = assemble(ports, policies)
        if issubclass(kind, LogIn):
            return replace(auth, login=replace(auth.login, log_in=kind(**_given(auth.login.log_in))))
        change = kind(**_given(auth.passwords.change_password))
        return replace(auth, passwords=replace(auth.passwords, change_password=change))

    return assembled


def _given(use_case: LogIn | ChangePassword) -> dict[str, Any]:
    return {each.name: getattr(use_case, each.name) for each in fields(use_case)}


def _refreshing(name: str, kind: type[Refresh], *, found_as: str) -> RacingBug:
    wiring = Wiring(assembled=refreshing_by(lambda given: kind(**given)))
    return RacingBug(name=name, found_as=found_as, wiring=wiring)


BUGS: Final = (
    _refreshing(
        "a link is judged by the session of before",
        JudgesTheFirstLook,
        found_as="a link was traded for another than its successor",
    ),
    _refreshing("the end after a reuse is rolled back", RaisesInside, found_as="an honest client was signed out"),
    _refreshing(
        "the window forgets the generation",
        ForgetsTheGeneration,
        found_as="a link was traded for another than its successor",
    ),
    _refreshing(
        "a retry advances the chain again", AdvancesAgain, found_as="a link was traded for another than its successor"
    ),
    RacingBug(
        name="there is no window",
        found_as="an honest retry was taken for theft",
        wiring=Wiring(assembled=with_window(timedelta(0))),
    ),
    RacingBug(
        name="the window is too long",
        found_as="a link was traded that had been used up",
        wiring=Wiring(assembled=with_window(timedelta(minutes=5))),
    ),
    RacingBug(
        name="a log-in trusts a password that was changed meanwhile",
        found_as="a session was opened with a password of before",
        wiring=Wiring(assembled=_with(TrustsTheOldPassword)),
    ),
    RacingBug(
        name="a new password leaves the other sessions for later",
        found_as="what happened was ['password.changed",
        wiring=Wiring(assembled=_with(EndsOthersLater)),
    ),
)
