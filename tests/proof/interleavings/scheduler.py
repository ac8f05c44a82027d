"""Lets two calls proceed by turns, in an order that is given, and sees when one of them waits for the other."""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import asyncpg

from tests.proof.interleavings.gate import COMMIT, Gate
from tests.proof.interleavings.orders import Order, Turn

_A_MOMENT: Final = 0.002
_PATIENCE: Final = 60.0
_WAITS: Final = "SELECT pg_blocking_pids($1) && $2::integer[]"

type Calls = tuple[Coroutine[Any, Any, object], Coroutine[Any, Any, object]]


class Watcher(Protocol):
    """Is told what happens, one thing after the other. Raises: AssertionError for what should not be."""

    @property
    def answers(self) -> Mapping[int, str]:
        """What the calls that have ended were answered, in a word each."""
        ...

    def begins(self, who: int) -> None:
        """A call is about to do its first step."""
        ...

    async def has_committed(self, who: int) -> None: ...

    def has_ended(self, who: int, answer: object) -> None: ...

    async def look_at_rest(self) -> None:
        """Both calls have ended."""
        ...


class NotTheSame(Exception):
    """An order cannot be played: whoever was to go on has ended, or waits for the other."""


@dataclass(slots=True)
class Party:
    """One of the two calls, in a process that stops before each step."""

    gate: Gate
    work: asyncio.Task[object]
    has_begun: bool = False
    has_ended: bool = False
    waits: bool = False


class Scheduler:
    """Plays the two calls. `observer` is a connection of neither, which sees who waits for whom."""

    def __init__(
        self, observer: "asyncpg.Connection[Any]", gates: tuple[Gate, Gate], calls: Calls, watcher: Watcher
    ) -> None:
        self._observer = observer
        self._watcher = watcher
        for gate in gates:
            gate.shut()
        self._parties = {
            who: Party(gate, asyncio.ensure_future(call))
            for who, (gate, call) in enumerate(zip(gates, calls, strict=True), start=1)
        }
        for party in self._parties.values():
            party.work.add_done_callback(party.gate.nobody_comes)
        self.turns: list[Turn] = []

    async def run(self, order: Order) -> None:
        """Play `order`, and when it has come to its end go on with whoever can.

        Raises: NotTheSame; AssertionError when both wait, and what the watcher raises.
        """
        try:
            async with asyncio.timeout(_PATIENCE):
                for who in self._parties:
                    await self._settle(who)
                    self._look_after(who)
                while ready := tuple(
                    who for who, each in self._parties.items() if not each.has_ended and not each.waits
                ):
                    who = order[len(self.turns)] if len(self.turns) < len(order) else ready[0]
                    if who not in ready:
                        raise NotTheSame(f"step {len(self.turns) + 1} is not for {who}, who has ended or waits")
                    await self._step(who, ready)
                assert all(each.has_ended for each in self._parties.values()), "each waits for the other"
        finally:
            await self._dismiss()

    async def _step(self, who: int, ready: tuple[int, ...]) -> None:
        party = self._parties[who]
        what = party.gate.before
        assert what is not None
        if not party.has_begun:
            party.has_begun = True
            self._watcher.begins(who)
        party.gate.let_through()
        await self._settle(who)
        self.turns.append(Turn(who=who, ready=ready, what=what, waits=party.waits))
        if what == COMMIT:
            await self._watcher.has_committed(who)
        self._look_after(who)
        other = 3 - who
        if self._parties[other].waits:
            self._parties[other].waits = False
            await self._settle(other)
            self._look_after(other)

    async def _settle(self, who: int) -> None:
        """Wait until the party stands before its gate, has ended, or waits for the other."""
        party, other = self._parties[who], self._parties[3 - who]
        while not party.gate.moved.is_set():
            try:
                async with asyncio.timeout(_A_MOMENT):
                    await party.gate.moved.wait()
            except TimeoutError:
                party.waits = await self._waits_for(party, other)
                if party.waits:
                    return

    async def _waits_for(self, party: Party, other: Party) -> bool:
        pids = sorted(other.gate.pids)
        return any([await self._observer.fetchval(_WAITS, each, pids) for each in sorted(party.gate.pids)])

    def _look_after(self, who: int) -> None:
        party = self._parties[who]
        if party.work.done() and not party.has_ended:
            party.has_ended = True
            self._watcher.has_ended(who, party.work.exception() or party.work.result())

    async def _dismiss(self) -> None:
        """Let whoever is left go on to the end, whatever comes of it."""
        for party in self._parties.values():
            party.gate.open()
        await asyncio.gather(*(party.work for party in self._parties.values()), return_exceptions=True)
