"""The steps of a script as the rules of a Hypothesis state machine."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from auth_core import assemble
from tests.proof.real_service import Assembled
from tests.proof.script import Line
from tests.proof.setting import RETRY_WINDOWS, MakePlace, Proof, in_memory
from tests.proof.steps import (
    HOLDERS,
    INTERVALS,
    USERS,
    ChangePassword,
    Copy,
    EndSession,
    Forgery,
    LogIn,
    LogOut,
    LogOutEverywhere,
    Present,
    PresentForged,
    PresentTogether,
    PresentUnissued,
    Purge,
    Restart,
    RollBack,
    Step,
    Switch,
    TimePasses,
    Verify,
)

_HOLDERS: Final = st.integers(0, HOLDERS - 1)
_USERS: Final = st.integers(0, USERS - 1)


def chain_machine(
    *,
    make_place: MakePlace = in_memory,
    assembled: Assembled = assemble,
    played: Callable[[Line], None] = lambda _: None,
) -> type[RuleBasedStateMachine]:
    """Return the machine over a service; `played` is told of every line of the transcripts."""

    class Machine(ChainMachine):
        def __init__(self) -> None:
            super().__init__(make_place, assembled, played)

    return Machine


class ChainMachine(RuleBasedStateMachine):
    """Plays whatever steps Hypothesis comes up with, against the model and the invariants."""

    def __init__(self, make_place: MakePlace, assembled: Assembled, played: Callable[[Line], None]) -> None:
        super().__init__()
        self._played = played
        self._loop = asyncio.new_event_loop()
        self._make_place = make_place
        self._assembled = assembled

    @initialize(retry_window=st.sampled_from(RETRY_WINDOWS))
    def open(self, retry_window: timedelta) -> None:
        self._proof = Proof(retry_window, make_place=self._make_place, assembled=self._assembled)
        self._run(self._proof.open())
        for user in range(USERS):
            self._play(LogIn(holder=user, user=user))

    @rule(holder=_HOLDERS, user=_USERS, right_password=st.booleans())
    def log_in(self, holder: int, user: int, right_password: bool) -> None:
        self._play(LogIn(holder, user, right_password))

    @rule(holder=_HOLDERS)
    def present(self, holder: int) -> None:
        self._play(Present(holder))

    @rule(holder=_HOLDERS)
    def present_and_lose_the_answer(self, holder: int) -> None:
        self._play(Present(holder, answer_lost=True))

    @rule(holder=_HOLDERS, after=st.sampled_from(INTERVALS))
    def lose_the_answer_and_ask_again(self, holder: int, after: timedelta) -> None:
        self._play(Present(holder, answer_lost=True), TimePasses(after), Present(holder))

    @rule(holder=_HOLDERS, after=st.sampled_from(INTERVALS))
    def lose_the_answer_in_a_crash_and_ask_again(self, holder: int, after: timedelta) -> None:
        self._play(Present(holder, answer_lost=True), Restart(), TimePasses(after), Present(holder))

    @rule(holder=_HOLDERS, after=st.sampled_from(INTERVALS))
    def come_back(self, holder: int, after: timedelta) -> None:
        self._play(Present(holder), TimePasses(after), Present(holder))

    @rule(holder=_HOLDERS, times=st.integers(2, 5))
    def present_together(self, holder: int, times: int) -> None:
        self._play(PresentTogether(holder, times))

    @rule(holder=_HOLDERS, forgery=st.sampled_from(Forgery))
    def present_forged(self, holder: int, forgery: Forgery) -> None:
        self._play(PresentForged(holder, forgery))

    @rule(holder=_HOLDERS, ahead=st.sampled_from((1, 2, 1000)))
    def present_unissued(self, holder: int, ahead: int) -> None:
        self._play(PresentUnissued(holder, ahead))

    @rule(holder=_HOLDERS)
    def verify(self, holder: int) -> None:
        self._play(Verify(holder))

    @rule(source=_HOLDERS, to=_HOLDERS)
    def copy(self, source: int, to: int) -> None:
        self._play(Copy(source, to))

    @rule(holder=_HOLDERS)
    def roll_back(self, holder: int) -> None:
        self._play(RollBack(holder))

    @rule(by=st.sampled_from(INTERVALS))
    def time_passes(self, by: timedelta) -> None:
        self._play(TimePasses(by))

    @rule(holder=_HOLDERS)
    def log_out(self, holder: int) -> None:
        self._play(LogOut(holder))

    @rule(holder=_HOLDERS)
    def log_out_everywhere(self, holder: int) -> None:
        self._play(LogOutEverywhere(holder))

    @rule(holder=_HOLDERS, as_its_user=st.booleans())
    def end_session(self, holder: int, as_its_user: bool) -> None:
        self._play(EndSession(holder, as_its_user))

    @rule(holder=_HOLDERS, right_password=st.booleans())
    def change_password(self, holder: int, right_password: bool) -> None:
        self._play(ChangePassword(holder, right_password))

    @rule(user=_USERS, active=st.booleans(), past_the_service=st.booleans())
    def switch(self, user: int, active: bool, past_the_service: bool) -> None:
        self._play(Switch(user, active, past_the_service))

    @rule()
    def restart(self) -> None:
        self._play(Restart())

    @rule()
    def purge(self) -> None:
        self._play(Purge())

    def teardown(self) -> None:
        try:
            self._run(self._proof.close())
        finally:
            self._loop.close()

    def _play(self, *steps: Step) -> None:
        for step in steps:
            self._played(self._run(self._proof.play(step)))

    def _run[T](self, work: Coroutine[object, object, T]) -> T:
        return self._loop.run_until_complete(work)
