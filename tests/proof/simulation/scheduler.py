"""The scheduler: from a seed it chooses who goes on, for how long, what fails, what dies, and how time passes."""

import asyncio
import random
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from auth_core import AuthCore, AuthError, InvalidRefreshToken, Origin, Redacted, Unavailable
from auth_core.audit.events import EventKind
from auth_core.ids import SessionId
from auth_core.login.model import LoggedIn
from auth_core.sessions.model import Session, TokenPair
from auth_core.testing import MovableClock
from tests.proof.simulation.accounts import UserRow
from tests.proof.simulation.clients import FIRST_PASSWORD, Action, Client, Held, cast
from tests.proof.simulation.doubles import CountingEntropy, RememberingSigner
from tests.proof.simulation.faults import fault
from tests.proof.simulation.ledger import AtWork, Ledger
from tests.proof.simulation.points import Point, Wait
from tests.proof.simulation.rows import Rows
from tests.proof.simulation.verdicts import Verdicts
from tests.proof.simulation.world import RETRY_WINDOW, Machine, Wiring, finish, opening

_PROCESSES: Final = 2
_TALLIED: Final = {"begins to": "calls", "meets": "faults", "process dies": "deaths", "time passes": "moves of time"}
_SKEWS: Final = (timedelta(0), timedelta(0), timedelta(seconds=0.5), timedelta(seconds=-2))
_INTERVALS: Final = (
    timedelta(milliseconds=1),
    timedelta(seconds=1),
    RETRY_WINDOW - timedelta(milliseconds=1),
    RETRY_WINDOW,
    RETRY_WINDOW + timedelta(seconds=5),
    timedelta(hours=1),
)


@dataclass(slots=True)
class Call:
    """A call on its way: who makes it, in which process, with what, since when, and where it stands."""

    work: Coroutine[Any, Any, object]
    client: Client
    action: Action
    process: int
    at_work: AtWork
    began: int
    now: datetime
    at: Point | None = None


class Simulation:
    """One run. All that happens in it follows from `seed` and `wiring`."""

    def __init__(self, seed: int, wiring: Wiring) -> None:
        dice = self._dice = random.Random(seed)
        begin = opening()
        self.trace: list[tuple[object, ...]] = []
        self._ledger = Ledger(RETRY_WINDOW)
        self._rows = Rows(dict(begin.rows), watcher=lambda changes: self._ledger.commit(changes, self._rows))
        self._verdicts = Verdicts(self._ledger, self._rows)
        self._clock = MovableClock()
        signer = RememberingSigner(dict(begin.signed))
        self._machine = Machine(self._rows, signer, CountingEntropy(1000), self._clock, wiring)
        self._skews = [dice.choice(_SKEWS) for _ in range(_PROCESSES)]
        self._processes: list[AuthCore] = [self._machine.process(skew) for skew in self._skews]
        self._clients = cast(dice, begin.links)
        self._calls: list[Call] = []
        self._last: Call | None = None
        self._faults_left = dice.choice((0, 0, 1, 2, 3))
        self._fault_rate = dice.choice((0.03, 0.1, 0.3))
        self._loss_rate = dice.choice((0.0, 0.1, 0.3))
        self._time_rate = dice.choice((0.0, 0.02, 0.1))
        self._stickiness = dice.choice((0.0, 0.5, 0.9))

    def run(self) -> None:
        """Let everything happen, and have a look when all is at rest. Raises: AssertionError."""
        while self._turn():
            if self._dice.random() < self._time_rate:
                self._clock.advance(by := self._dice.choice(_INTERVALS))
                self.trace.append(("the clock:", "time passes", by))
        assert not self._calls, "everybody waits for everybody"
        assert not self._rows.locks, "a lock was left behind"
        self._look_at_rest()

    def tally(self) -> Counter[str]:
        """Count what came to pass."""
        verbs = Counter(str(entry[1]) for entry in self.trace)
        tally = Counter({name: verbs[verb] for verb, name in _TALLIED.items()})
        tally["waits"] = sum(isinstance(entry[-1], Wait) for entry in self.trace)
        events = (row for key, row in self._rows.committed.items() if key[0] == "event")
        tally["thefts"] = sum(event.kind is EventKind.REFRESH_TOKEN_REUSED for event in events)
        return tally

    def _turn(self) -> bool:
        """Let one call go on, or one client begin; False when nobody can."""
        locks = self._rows.locks
        ready = [call for call in self._calls if not (isinstance(call.at, Wait) and call.at.key in locks)]
        if self._last in ready and self._dice.random() < self._stickiness:
            assert self._last is not None
            self._resume(self._last)
            return True
        clients = [client for client in self._clients if client.can_begin()]
        if not ready and not clients:
            return False
        chosen = self._dice.randrange(len(ready) + len(clients))
        if chosen < len(ready):
            self._resume(ready[chosen])
        else:
            self._begin(clients[chosen - len(ready)])
        return True

    def _begin(self, client: Client) -> None:
        action = client.plan.pop(0)
        process = self._dice.randrange(_PROCESSES)
        work = client.call(self._processes[process], action)
        if work is None:
            return
        link = (client.held.session, client.held.generation) if client.held else None
        call = Call(
            work,
            client,
            action,
            process,
            AtWork(link if action is Action.REFRESH else None, FIRST_PASSWORD),
            self._ledger.number,
            self._clock.now() + self._skews[process],
        )
        client.busy = True
        self._calls.append(call)
        self.trace.append((client.name, "begins to", action, "in process", process, link and f"link {link[1]}"))
        self._resume(call, unharmed=True)

    def _resume(self, call: Call, *, unharmed: bool = False) -> None:
        """Let the call go on to its next point, or fail where it stands."""
        self._last = call
        self._ledger.at_work = call.at_work
        error = None if unharmed else self._fault(call)
        if error is SystemExit:
            self._crash(call.process)
            return
        try:
            call.at = call.work.send(None) if error is None else call.work.throw(error)
        except StopIteration as stop:
            self._end(call, stop.value)
        except (AuthError, asyncio.CancelledError) as refusal:
            self._end(call, refusal)
        else:
            self.trace.append((call.client.name, "is at", call.at))

    def _fault(self, call: Call) -> BaseException | type[SystemExit] | None:
        if call.at is None or not self._faults_left or self._dice.random() >= self._fault_rate:
            return None
        self._faults_left -= 1
        if self._dice.random() < 0.25:
            return SystemExit
        error = fault(call.at.moment, self._dice)
        self.trace.append((call.client.name, "meets", error, "at", call.at))
        return error

    def _crash(self, process: int) -> None:
        """End all calls of a process where they stand; what another one finds is what was committed."""
        self.trace.append((f"number {process}:", "process dies"))
        for call in [each for each in self._calls if each.process == process]:
            call.work.close()
            self._end(call, asyncio.CancelledError())
        self._processes[process] = self._machine.process(self._skews[process])

    def _end(self, call: Call, answer: object) -> None:
        """Judge the answer, and hand it to the client, unless it gets lost on the way."""
        client = call.client
        self._calls.remove(call)
        client.busy = False
        self._judge(call, answer)
        failed = isinstance(answer, (Unavailable, asyncio.CancelledError))
        lost = failed or self._dice.random() < self._loss_rate
        self.trace.append((client.name, "is answered" if not lost else "misses the answer", answer))
        if lost and client.repeats:
            client.repeats -= 1
            client.plan.insert(0, call.action)
        elif not lost and isinstance(answer, TokenPair | LoggedIn):
            client.held = Held.of(answer.tokens if isinstance(answer, LoggedIn) else answer)

    def _judge(self, call: Call, answer: object) -> None:
        if isinstance(answer, (Unavailable, asyncio.CancelledError)):
            return
        link, began = call.at_work.link, call.began
        if link is not None and isinstance(answer, TokenPair):
            self._verdicts.traded(link, answer, began=began, now=call.now)
        elif link is not None:
            self._verdicts.refused(link, began=began)
        elif answer is None or isinstance(answer, int):
            held = call.client.held
            self._verdicts.acknowledged(call.action, call.client.account, held.session if held else None, began=began)

    def _look_at_rest(self) -> None:
        """Present what is known of every session to a process that has seen nothing, without any trouble."""
        auth, now = self._machine.process(), self._clock.now()
        for session, texts in self._known().items():
            stored: Session = self._rows.committed["session", session]
            user: UserRow = self._rows.committed["user", stored.user_id]
            usable = stored.ended_at is None and user.principal is not None
            newest = max(texts)
            behind = stored.generation - newest
            if not usable:
                for generation in dict.fromkeys((newest, min(texts))):
                    refused = self._present(auth, session, generation, texts[generation]) is None
                    assert refused, "a link works although its session has ended, or its user is disabled"
            elif behind == 0 or (behind == 1 and now - stored.advanced_at < RETRY_WINDOW):
                pair = self._present(auth, session, newest, texts[newest])
                assert pair is not None, "a link that was acknowledged to somebody does not work"
                self._verdicts.traded((session, newest), pair, began=self._ledger.number - (behind == 0), now=now)

    def _present(self, auth: AuthCore, session: SessionId, generation: int, text: str) -> TokenPair | None:
        self._ledger.at_work = AtWork((session, generation))
        self.trace.append(("at rest, link", generation, "of", session, "is presented"))
        try:
            return finish(auth.sessions.refresh(refresh_token=Redacted(text), origin=Origin()))
        except InvalidRefreshToken:
            return None

    def _known(self) -> dict[SessionId, dict[int, str]]:
        known: dict[SessionId, dict[int, str]] = {held.session: {0: held.text} for _, held in opening().links}
        for (session, generation), text in self._verdicts.texts.items():
            known.setdefault(session, {})[generation] = text
        return known
