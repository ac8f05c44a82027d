"""Plays scripts against a service, and writes down what it answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tests.proof.service import Link, Reply, Said, Service
from tests.proof.steps import (
    HOLDERS,
    Copy,
    LogIn,
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
)

_PRESENTATIONS: Final = (Present, PresentTogether, PresentForged, PresentUnissued)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript: equal lines are equal behaviour."""

    step: Step
    said: Said
    presented: tuple[int, int] | None
    given: tuple[int, int] | None
    stored: bool
    advances: int
    events: tuple[str, ...]
    live: tuple[tuple[int, int], ...]

    @property
    def row(self) -> str | None:
        """Which row of the table a presentation came to, as far as the answer shows; None for every other step."""
        if not isinstance(self.step, _PRESENTATIONS) or self.presented is None:
            return None
        if self.said is Said.NOT_THE_SAME:
            return "advanced and reused"
        if self.said is Said.PAIR:
            return "advanced" if self.advances else "repeated"
        if self.events:
            return self.events[0].partition("(")[0].removeprefix("refresh_token.")
        return "gone" if self.stored else "turned away unseen"

    def agrees_with(self, expected: "Line") -> bool:
        """Say whether this line is what was expected, where one answer or the other may have been."""
        return self == expected or (
            expected.said is Said.EITHER
            and self.said in {Said.ACCEPTED, Said.REFUSED}
            and (self.events, self.live) == (expected.events, expected.live)
        )


class Cast[L: Link]:
    """The holders of a script, each with the links it has held, the last one being what it presents."""

    def __init__(self, service: Service[L]) -> None:
        self._service = service
        self._held: list[list[L]] = [[] for _ in range(HOLDERS)]

    async def play(self, step: Step) -> Line:
        """Let one step happen."""
        presented: L | None = None
        reply: Reply[L] = Reply(said=Said.NOBODY)
        match step:
            case LogIn() | TimePasses() | Switch() | Restart() | Purge():
                reply = await self._service.happen(step)
                if isinstance(step, LogIn) and reply.link is not None:
                    self._held[step.holder].append(reply.link)
            case Copy() | RollBack():
                reply = self._among_holders(step)
            case _:
                holder = self._holder(step.holder)
                if holder:
                    presented = holder[-1]
                    reply = await self._service.perform(step, presented)
                    if _reaches_its_holder(step) and reply.link is not None:
                        holder.append(reply.link)
        return Line(
            step=step,
            said=reply.said,
            presented=_name(presented),
            given=_name(reply.link),
            stored=reply.stored,
            advances=reply.advances,
            events=reply.events,
            live=await self._service.live(),
        )

    def _holder(self, number: int) -> list[L]:
        """Return what the holder holds; when that is nothing, what the next one does."""
        following = (self._held[(number + further) % HOLDERS] for further in range(HOLDERS))
        return next((held for held in following if held), [])

    def _among_holders(self, step: Copy | RollBack) -> Reply[L]:
        held = self._holder(step.source if isinstance(step, Copy) else step.holder)
        if not held:
            return Reply(said=Said.NOBODY)
        if isinstance(step, Copy):
            self._held[step.to].append(held[-1])
        elif len(held) > 1:
            held.pop()
        return Reply(said=Said.DONE)


def _name(link: Link | None) -> tuple[int, int] | None:
    return None if link is None else (link.session, link.generation)


def _reaches_its_holder(step: Step) -> bool:
    return isinstance(step, PresentTogether) or (isinstance(step, Present) and not step.answer_lost)


async def transcript[L: Link](service: Service[L], steps: Iterable[Step]) -> list[Line]:
    """Play `steps` from beginning to end."""
    cast = Cast(service)
    return [await cast.play(step) for step in steps]
