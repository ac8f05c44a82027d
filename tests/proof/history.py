"""The invariants of the refresh chain, held against a transcript alone: no table, no model, no storage."""

from dataclasses import dataclass, field
from datetime import datetime

from auth_core.sessions.policy import SessionPolicy
from tests.proof.script import Line
from tests.proof.service import Said
from tests.proof.steps import (
    ChangePassword,
    EndSession,
    LogIn,
    LogOut,
    LogOutEverywhere,
    Present,
    PresentForged,
    PresentTogether,
    PresentUnissued,
    Switch,
    TimePasses,
)


@dataclass(slots=True)
class Past:
    """What the answers so far have told of one session."""

    user: int
    ends_at: datetime
    given_at: dict[int, datetime]
    traded_at: dict[int, datetime] = field(default_factory=dict[int, datetime])
    ended: bool = False
    end_told: bool = False


class History:
    """Reads a transcript line by line. Raises: AssertionError at the first line that breaks an invariant."""

    def __init__(self, policy: SessionPolicy, *, now: datetime) -> None:
        self._policy = policy
        self._now = now
        self._sessions: dict[int, Past] = {}
        self._generations: dict[int, int] = {}
        self._live: tuple[int, ...] = ()
        self._disabled: set[int] = set()

    def read(self, line: Line) -> None:
        match line.step:
            case TimePasses():
                self._now += line.step.by
            case LogIn() if line.given is not None:
                session, generation = line.given
                self._sessions[session] = Past(
                    user=line.step.user, ends_at=self._now + self._policy.absolute, given_at={generation: self._now}
                )
            case PresentForged():
                assert line.said in {Said.REFUSED, Said.NOBODY}, "a text without our signature was traded"
                assert not line.stored, "a text without our signature reached the store"
            case Present() | PresentTogether() | PresentUnissued() if line.presented is not None:
                self._read_presentation(line, *line.presented)
            case _:
                self._read_ending(line)
        self._read_sessions(line)
        self._read_trail(line)

    def _read_presentation(self, line: Line, session: int, generation: int) -> None:
        past = self._sessions[session]
        newest = max(past.given_at)
        if isinstance(line.step, PresentUnissued):
            generation += line.step.ahead
        if generation > newest:
            assert line.said is Said.REFUSED, "a link was traded that had never been given"
            return
        traded_at = past.traded_at.get(generation)
        used = traded_at is not None
        too_late = traded_at is not None and (
            generation + 1 in past.traded_at or self._now - traded_at >= self._policy.retry_window
        )
        in_time = self._now < min(past.given_at[newest] + self._policy.idle, past.ends_at)
        usable = in_time and not past.ended and past.user not in self._disabled

        assert line.advances <= 1, "one link moved the chain on twice"
        if line.said is Said.NOT_THE_SAME:
            # Without a window one of them has the successor, and the second is taken for a thief.
            assert not self._policy.retry_window, "one link, presented by many at once, had different answers"
            past.ended = True
        elif line.said is Said.PAIR:
            assert usable, "a link was traded although its session had ended, or its user was disabled"
            assert not too_late, "a link was traded that had been used up"
            assert line.given == (session, generation + 1), "a link was traded for another than its successor"
            assert line.advances == (not used), "the chain moved on although the link had been used, or stood still"
            if not used:
                past.traded_at[generation] = past.given_at[generation + 1] = self._now
        elif usable:
            assert used, "an acknowledged link that nobody had used did not work"
            assert too_late, "an answer that was lost could not be had again"
            past.ended = True

    def _read_ending(self, line: Line) -> None:
        """Remember what was acknowledged: these sessions have ended, whatever comes."""
        if line.said is not Said.DONE:
            return
        own = line.presented[0] if line.presented else None
        user = self._sessions[own].user if own is not None else None
        match line.step:
            case LogOut() | EndSession():
                ended = [] if own is None else [own]
            case LogOutEverywhere():
                ended = self._sessions_of(user)
            case ChangePassword():
                ended = [each for each in self._sessions_of(user) if each != own]
            case Switch():
                ended = self._ended_by(line.step)
            case _:
                ended = []
        for number in ended:
            self._sessions[number].ended = True

    def _ended_by(self, switch: Switch) -> list[int]:
        (self._disabled.discard if switch.active else self._disabled.add)(switch.user)
        # The service knows nothing of what happens past it.
        return [] if switch.active or switch.past_the_service else self._sessions_of(switch.user)

    def _sessions_of(self, user: int | None) -> list[int]:
        """Return the sessions of the user: all of them are promised to end."""
        return [number for number, session in self._sessions.items() if session.user == user]

    def _read_sessions(self, line: Line) -> None:
        moved = 0
        for session, generation in line.live:
            assert not self._sessions[session].ended, "a session that had ended is live"
            before = self._generations.get(session, 0)
            assert generation >= before, "a chain went back"
            moved += generation - before
            self._generations[session] = generation
        self._live = tuple(session for session, _ in line.live)
        assert moved <= line.advances, "a chain moved on without a link being traded"

    def _read_trail(self, line: Line) -> None:
        for session, past in self._sessions.items():
            told = sum(event in line.events for event in _endings(session))
            assert told <= (not past.end_told), "the end of a session was told twice"
            past.end_told |= bool(told)


def _endings(session: int) -> tuple[str, str]:
    return f"session.ended({session})", f"refresh_token.reused({session})"
