"""What the service is to answer, in as few words as can be: the table of the refresh chain, and what ends sessions.

It knows no storage, no tokens and nothing of how the core decides. A link is a session and a generation.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from auth_core import Policies
from tests.proof.service import Reply, Said
from tests.proof.steps import (
    USERS,
    ChangePassword,
    Ending,
    EndSession,
    LogIn,
    LogOut,
    LogOutEverywhere,
    OfHolder,
    OfNobody,
    Present,
    PresentForged,
    PresentTogether,
    PresentUnissued,
    Purge,
    Restart,
    Switch,
    TimePasses,
    Verify,
)

_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ModelLink:
    """What somebody holds. `issued_at` and `version` are what their access token says."""

    user: int
    session: int
    generation: int
    issued_at: datetime
    version: int


@dataclass(slots=True)
class ModelSession:
    """One row, as the table sees it."""

    user: int
    advanced_at: datetime
    idle_end: datetime
    end: datetime
    generation: int = 0
    ended: bool = False

    def is_live(self, now: datetime) -> bool:
        return not self.ended and now < self.idle_end and now < self.end


class ChainModel:
    """The service that the real one is compared with."""

    def __init__(self, policies: Policies, *, now: datetime) -> None:
        self._policy = policies.sessions
        self._access_lifetime = policies.tokens.access_lifetime
        self._now = now
        self._active = [True] * USERS
        self._versions = [0] * USERS
        self._sessions: dict[int, ModelSession] = {}
        self._opened = 0
        self._have_signed_in: set[int] = set()

    async def perform(self, step: OfHolder, link: ModelLink) -> Reply[ModelLink]:
        match step:
            case Present():
                return self._present(link)
            case PresentTogether():
                return self._present_together(link, step.times)
            case PresentUnissued():
                return self._present(replace(link, generation=link.generation + step.ahead))
            case PresentForged():
                return Reply(said=Said.REFUSED)
            case Verify():
                return Reply(said=self._verify(link))
            case _:
                return self._end(step, link)

    async def happen(self, step: OfNobody) -> Reply[ModelLink]:
        match step:
            case LogIn():
                return self._log_in(step)
            case TimePasses():
                self._now += step.by
            case Switch() if self._active[step.user] != step.active:
                self._active[step.user] = step.active
                self._versions[step.user] += 1
                if step.past_the_service:
                    return Reply(said=Said.DONE)
                if not step.active:
                    self._end_all_of(step.user)
                return Reply(said=Said.DONE, events=("user.enabled" if step.active else "user.disabled",))
            case Switch() if not step.active and not step.past_the_service:
                # Disabled already, past the service: what it left open is closed.
                return Reply(said=Said.DONE, events=("user.disabled",) if self._end_all_of(step.user) else ())
            case Purge():
                long_ago = self._now - self._policy.kept_after_end
                self._sessions = {each: kept for each, kept in self._sessions.items() if kept.end >= long_ago}
            case Switch() | Restart():
                pass
        return Reply(said=Said.DONE)

    async def live(self) -> tuple[tuple[int, int], ...]:
        return tuple((number, each.generation) for number, each in self._sessions.items() if each.is_live(self._now))

    def _present(self, link: ModelLink) -> Reply[ModelLink]:
        session = self._sessions.get(link.session)
        if session is not None and link.generation > session.generation:
            return Reply(said=Said.REFUSED, stored=True, events=(f"refresh_token.impossible({link.session})",))
        if session is None or not session.is_live(self._now) or not self._active[session.user]:
            return Reply(said=Said.REFUSED, stored=True)
        if link.generation == session.generation:
            session.generation += 1
            session.advanced_at = self._now
            session.idle_end = self._now + self._policy.idle
            return Reply(said=Said.PAIR, link=self._link(link.session), stored=True, advances=1)
        since = self._now - session.advanced_at
        if link.generation == session.generation - 1 and since < self._policy.retry_window:
            return Reply(said=Said.PAIR, link=self._link(link.session), stored=True)
        session.ended = True
        return Reply(said=Said.REFUSED, stored=True, events=(f"refresh_token.reused({link.session})",))

    def _present_together(self, link: ModelLink, times: int) -> Reply[ModelLink]:
        replies = [self._present(link) for _ in range(times)]
        answers = {(reply.said, reply.link) for reply in replies}
        said, given = answers.pop() if len(answers) == 1 else (Said.NOT_THE_SAME, None)
        return Reply(
            said=said,
            link=given,
            stored=any(reply.stored for reply in replies),
            advances=sum(reply.advances for reply in replies),
            events=tuple(event for reply in replies for event in reply.events),
        )

    def _log_in(self, step: LogIn) -> Reply[ModelLink]:
        if not step.right_password or not self._active[step.user]:
            return Reply(said=Said.REFUSED, events=("login.failed",))
        number = self._opened
        self._opened += 1
        # All scripts play on one device. It is forgotten with the last session that was opened on it.
        is_new_device = step.user in self._have_signed_in and step.user not in {
            each.user for each in self._sessions.values()
        }
        self._have_signed_in.add(step.user)
        self._sessions[number] = ModelSession(
            user=step.user,
            advanced_at=self._now,
            idle_end=self._now + self._policy.idle,
            end=self._now + self._policy.absolute,
        )
        news = (f"login.new_device({number})",) if is_new_device else ()
        return Reply(said=Said.PAIR, link=self._link(number), events=(f"login.succeeded({number})", *news))

    def _link(self, number: int) -> ModelLink:
        session = self._sessions[number]
        return ModelLink(
            user=session.user,
            session=number,
            generation=session.generation,
            issued_at=self._now,
            version=self._versions[session.user],
        )

    def _verify(self, link: ModelLink) -> Said:
        """Say what becomes of an access token, as far as that is promised to the second."""
        session = self._sessions.get(link.session)
        age = self._now - link.issued_at
        stands = session is not None and not session.ended and self._active[link.user]
        if not stands or link.version < self._versions[link.user] or age >= self._access_lifetime:
            return Said.REFUSED
        is_well_before_its_end = session is not None and session.is_live(self._now + _SECOND)
        is_well_within_its_life = timedelta(0) <= age < self._access_lifetime - _SECOND
        return Said.ACCEPTED if is_well_before_its_end and is_well_within_its_life else Said.EITHER

    def _end(self, step: Ending, link: ModelLink) -> Reply[ModelLink]:
        said, events = Said.DONE, tuple[str, ...]()
        match step:
            case LogOut():
                events = self._end_one(link.session)
            case LogOutEverywhere():
                self._end_all_of(link.user)
                events = ("sessions.ended",)
            case EndSession() if step.as_its_user and link.session in self._sessions:
                events = self._end_one(link.session)
            case EndSession():
                said = Said.NOT_FOUND
            case ChangePassword() if step.right_password and self._active[link.user]:
                self._end_all_of(link.user, but=link.session)
                events = (f"password.changed({link.session})",)
            case ChangePassword():
                said, events = Said.REFUSED, (f"password.change_failed({link.session})",)
        return Reply(said=said, events=events)

    def _end_one(self, number: int) -> tuple[str, ...]:
        session = self._sessions.get(number)
        if session is None or session.ended:
            return ()
        session.ended = True
        return (f"session.ended({number})",)

    def _end_all_of(self, user: int, *, but: int | None = None) -> bool:
        open_ = [
            each for number, each in self._sessions.items() if each.user == user and number != but and not each.ended
        ]
        for session in open_:
            session.ended = True
        return bool(open_)
