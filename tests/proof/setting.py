"""Where a script takes place: which policy holds, over which storage."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from auth_adapters.memory import FOR_TESTS, MemoryStore, memory_ports
from auth_core import Policies, Ports, SessionPolicy, assemble
from auth_core.sessions.token_pair import REFRESH_TOKEN_TYPE
from auth_core.testing import NOON, HmacTokenSigner, MovableClock
from tests.proof.chain_model import ChainModel
from tests.proof.history import History
from tests.proof.real_service import Assembled, RealService
from tests.proof.script import Cast, Line
from tests.proof.steps import Step

RETRY_WINDOWS: Final = (timedelta(seconds=30), timedelta(seconds=2), timedelta(0))
"""The default, a short one, and none."""

_SECRET: Final = b"the secret that outlives restarts"

type Place = Callable[[], Ports]
"""Makes the ports of one process. All of them have one store."""

type MakePlace = Callable[[MovableClock, Policies], Place]


def policies_with(retry_window: timedelta) -> Policies:
    return replace(FOR_TESTS, sessions=SessionPolicy(retry_window=retry_window))


def in_memory(clock: MovableClock, policies: Policies) -> Place:
    """Return a place whose store lives as long as it does."""
    return memory_place(MemoryStore(), clock, policies)


def memory_place(store: MemoryStore, clock: MovableClock, policies: Policies) -> Place:
    """Return a place over `store`."""
    return lambda: memory_ports(
        store=store,
        policies=policies,
        clock=clock,
        refresh_tokens=HmacTokenSigner.fixed(_SECRET, typ=REFRESH_TOKEN_TYPE),
    )


class Proof:
    """A script being played: every line is held against the invariants, and compared with the model."""

    def __init__(
        self,
        retry_window: timedelta,
        *,
        make_place: MakePlace = in_memory,
        assembled: Assembled = assemble,
        invariants_alone: bool = False,
    ) -> None:
        clock, policies = MovableClock(NOON - timedelta(days=10)), policies_with(retry_window)
        self._clock = clock
        place = make_place(clock, policies)
        self._service = RealService(place, policies=policies, clock=clock, assembled=assembled)
        self._real = Cast(self._service)
        self._model = None if invariants_alone else Cast(ChainModel(policies, now=NOON))
        self._history = History(policies.sessions, now=NOON)

    async def open(self) -> None:
        await self._service.open()
        self._clock.move_to(NOON)  # Days later: however far the clock is turned back, the first key signs.

    async def play(self, step: Step) -> Line:
        """Let one step happen. Raises: AssertionError when the answer breaks an invariant or is not the model's."""
        line = await self._real.play(step)
        self._history.read(line)
        if self._model is not None:
            expected = await self._model.play(step)
            assert line.agrees_with(expected), f"\n  the service: {line}\n  the model:   {expected}"
        return line

    async def transcript(self, steps: Iterable[Step]) -> list[Line]:
        """Play a whole script, and check the audit trail in the end."""
        await self.open()
        lines = [await self.play(step) for step in steps]
        await self.close()
        return lines

    async def close(self) -> None:
        await self._service.check_trail()
