"""Sees every commit, and knows what one may be: rows change in lawful ways, each told once in the audit trail."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from auth_core.audit.events import AuditEvent, EventKind
from auth_core.credentials.passwords.model import StoredPassword
from auth_core.ids import SessionId, UserId
from auth_core.revocation.model import Reason
from auth_core.sessions.model import Session
from auth_core.users.model import UserStatus
from tests.proof.simulation.accounts import UserRow
from tests.proof.simulation.rows import Change, Rows

_ONE_BY_ONE: Final = {
    Reason.LOGGED_OUT: EventKind.SESSION_ENDED,
    Reason.ENDED_BY_USER: EventKind.SESSION_ENDED,
    Reason.REFRESH_TOKEN_REUSED: EventKind.REFRESH_TOKEN_REUSED,
}
_IN_BULK: Final = {
    Reason.LOGGED_OUT_EVERYWHERE: EventKind.SESSIONS_ENDED,
    Reason.PASSWORD_CHANGED: EventKind.PASSWORD_CHANGED,
    Reason.USER_DISABLED: EventKind.USER_DISABLED,
}


@dataclass(slots=True)
class AtWork:
    """What the call at work was given: the link it presents, the password it was told."""

    link: tuple[SessionId, int] | None = None
    password: str | None = None


@dataclass(slots=True)
class Ledger:
    """What was committed, in order. Raises: AssertionError for a commit that should not have been."""

    retry_window: timedelta
    number: int = 0
    at_work: AtWork = field(default_factory=AtWork)
    opened: dict[SessionId, int] = field(default_factory=dict[SessionId, int])
    ended: dict[SessionId, int] = field(default_factory=dict[SessionId, int])
    advanced: dict[tuple[SessionId, int], tuple[int, datetime]] = field(
        default_factory=dict[tuple[SessionId, int], tuple[int, datetime]]
    )
    disabled: dict[UserId, list[tuple[int, bool]]] = field(default_factory=dict[UserId, list[tuple[int, bool]]])

    def was_disabled(self, user: UserId, *, since: int) -> bool:
        """Say whether the user was disabled at any time after commit `since`."""
        state = False
        for number, disabled in self.disabled.get(user, ()):
            if number > since and (state or disabled):
                return True
            state = disabled
        return state

    def commit(self, changes: list[Change], rows: Rows) -> None:
        """Take one commit into account."""
        self.number += 1
        owed: list[str] = []
        in_bulk: dict[Reason, int] = {}
        events: list[AuditEvent] = []
        for change in changes:
            match change.new:
                case AuditEvent():
                    events.append(change.new)
                case Session():
                    owed += self._session(change.old, change.new, rows, in_bulk)
                case StoredPassword() if change.new.version != change.old.version:
                    assert change.new.version == change.old.version + 1, "a version of a password was left out"
                    in_bulk.setdefault(Reason.PASSWORD_CHANGED, 0)
                case UserRow() if change.new.user.status is not change.old.user.status:
                    owed += self._status(change.old, change.new, in_bulk)
                case UserRow() if change.new.user.first_name != change.old.user.first_name:
                    owed.append(EventKind.USER_UPDATED.value)
                case _:
                    pass
        owed += [f"{_IN_BULK[reason]} {count}" for reason, count in in_bulk.items()]
        told = [line for event in events for line in _told(event)]
        nothing_to_end = [each for each in told if each == f"{EventKind.SESSIONS_ENDED} 0"]
        assert sorted(told) == sorted(owed + nothing_to_end), (
            f"what happened was {owed}, what the trail tells is {told}"
        )
        for event in events:
            self._none_left(event, rows)

    def _status(self, old: UserRow, new: UserRow, in_bulk: dict[Reason, int]) -> list[str]:
        assert new.version == old.version + 1, "the security version stood still"
        disabled = new.user.status is UserStatus.DISABLED
        self.disabled.setdefault(new.user.id, []).append((self.number, disabled))
        if disabled:
            in_bulk.setdefault(Reason.USER_DISABLED, 0)
        return [] if disabled else [EventKind.USER_ENABLED.value]

    def _none_left(self, event: AuditEvent, rows: Rows) -> None:
        """Whatever ends all sessions of somebody, or all but one, leaves none: log-ins had to wait for it."""
        if event.kind not in _IN_BULK.values():
            return
        for key in rows.of("session"):
            session: Session = rows.committed[key]
            spared = session.id == event.session_id or session.user_id != event.subject
            assert spared or session.ended_at is not None, f"a session outlived {event.kind}"

    def _session(self, old: Session | None, new: Session, rows: Rows, in_bulk: dict[Reason, int]) -> list[str]:
        """Judge the change of one session, and return what the trail is to tell of it."""
        if old is None:
            assert _active(rows, new.user_id), "a session was opened for a user who is disabled"
            password: StoredPassword = rows.committed["password", new.user_id]
            assert password.hash.reveal() == self.at_work.password, "a session was opened with a password of before"
            self.opened[new.id] = self.number
            return [f"{EventKind.LOGGED_IN} {new.id}"]
        assert old.ended_at is None, "a session that had ended was changed"
        if new.ended_at is None:
            assert new.generation == old.generation + 1, "a chain moved by something other than one link"
            assert _active(rows, new.user_id), "the chain of a user moved on who is disabled"
            self.advanced[new.id, old.generation] = (self.number, new.advanced_at)
            return []
        assert new.generation == old.generation, "a session ended at another generation than it had"
        assert new.ended_because is not None
        self.ended[new.id] = self.number
        if new.ended_because in _IN_BULK:
            in_bulk[new.ended_because] = in_bulk.get(new.ended_because, 0) + 1
            return []
        if new.ended_because is Reason.REFRESH_TOKEN_REUSED:
            self._theft(old, now=new.ended_at)
        return [f"{_ONE_BY_ONE[new.ended_because]} {new.id}"]

    def _theft(self, session: Session, *, now: datetime) -> None:
        """Nobody is signed out for a retry in time, or for one of many simultaneous requests."""
        assert self.at_work.link is not None
        number, generation = self.at_work.link
        assert number == session.id, "a session was ended for a link of another"
        too_old = generation < session.generation - 1
        too_late = generation == session.generation - 1 and now - session.advanced_at >= self.retry_window
        assert too_old or too_late, "an honest retry was taken for theft"


def _told(event: AuditEvent) -> list[str]:
    match event.kind:
        case EventKind.LOGIN_FAILED | EventKind.PASSWORD_CHANGE_FAILED:
            return []
        case EventKind.SESSIONS_ENDED | EventKind.USER_DISABLED | EventKind.PASSWORD_CHANGED:
            return [f"{event.kind} {event.details['sessions_ended']}"]
        case EventKind.USER_ENABLED | EventKind.USER_UPDATED:
            return [event.kind.value]
        case _:
            return [f"{event.kind} {event.session_id}"]


def _active(rows: Rows, user_id: UserId) -> bool:
    row: UserRow = rows.committed["user", user_id]
    return row.user.status is UserStatus.ACTIVE
