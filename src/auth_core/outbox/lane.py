"""Delivering what waits in one queue: claim a few, have them sent with nothing held, and settle each."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from auth_core.clock import Clock
from auth_core.entropy import Entropy
from auth_core.ids import ClaimId, Ids
from auth_core.outbox.model import Answer, Attempt, Deferred, Due, Outcome, Refused, Sent, State
from auth_core.outbox.policy import DeliveryPolicy
from auth_core.outbox.ports import Queue
from auth_core.tally import Tally

_LEAST_DELAY: Final = timedelta(seconds=1)

type Send[Item] = Callable[[Item], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane[Item: Due]:
    """Delivers the things of one queue that are due, at least once each, with the same id each time.

    Any number of processes may do so at a time. Whatever is killed when: a thing that was not settled is due again
    once its claim has run out, and whoever held it before then cannot settle it.
    """

    queue: Queue[Item]
    entropy: Entropy
    ids: Ids
    clock: Clock
    policy: DeliveryPolicy
    outcomes: Tally

    async def __call__(self, ready: Callable[[Sequence[Item]], Awaitable[Send[Item]]]) -> Sequence[Attempt]:
        """Deliver up to a batch, and say what came of it: nothing when nothing was due. Raises: Unavailable.

        `ready` is told what was claimed, and returns what sends one of them.
        """
        claim, now = self.ids.claim(), self.clock.now()
        items = await self.queue.claim(claim, limit=self.policy.batch, now=now, until=now + self.policy.lease)
        if not items:
            return ()
        send = await ready(items)
        # One that cannot be settled must not break off the others while they are being sent.
        attempts = await asyncio.gather(*(self._deliver(item, claim, send) for item in items), return_exceptions=True)
        for failure in (each for each in attempts if isinstance(each, BaseException)):
            raise failure
        return [each for each in attempts if isinstance(each, Attempt)]

    async def _deliver(self, item: Item, claim: ClaimId, send: Send[Item]) -> Attempt:
        outcome = await self._hindered(item, claim) or await self._settle(item, claim, await self._sent(item, send))
        self.outcomes.note(outcome)
        return Attempt(message_id=item.id, kind=item.kind, number=item.attempts, outcome=outcome)

    async def _hindered(self, item: Item, claim: ClaimId) -> Outcome | None:
        """Return what has become of something that must not be sent; None when it may be."""
        now = self.clock.now()
        if now > item.due_at - self.policy.send_within:
            # This process has slept since it made the claim: it is another's before it could be sent.
            return Outcome.OVERTAKEN
        if item.expires_at is not None and item.expires_at <= now:
            return await self._end(item, claim, State.EXPIRED, Outcome.EXPIRED)
        if item.attempts > self.policy.attempts:
            # No attempt came to its end: it must not go on ending the processes that try.
            reason = "Each attempt ended with its process."
            return await self._end(item, claim, State.DEAD, Outcome.GIVEN_UP, reason)
        return None

    async def _sent(self, item: Item, send: Send[Item]) -> Answer:
        try:
            async with asyncio.timeout(self.policy.send_within.total_seconds()):
                return await send(item)
        except TimeoutError:
            return Deferred("It was not sent in time.")
        except Exception as error:  # noqa: BLE001 - what somebody's template or server does to us ends here
            return Deferred(f"It could not be sent: {type(error).__name__}.")

    async def _settle(self, item: Item, claim: ClaimId, answer: Answer) -> Outcome:
        match answer:
            case Sent():
                return await self._end(item, claim, State.SENT, Outcome.SENT)
            case Refused(reason):
                return await self._end(item, claim, State.DEAD, Outcome.REFUSED, reason)
            case Deferred(reason) if item.attempts >= self.policy.attempts:
                return await self._end(item, claim, State.DEAD, Outcome.GIVEN_UP, reason)
            case Deferred(reason, wait):
                until = self.clock.now() + self._delay(item.attempts, wait)
                mine = await self.queue.postpone(item.id, claim, until=until, reason=reason)
                return Outcome.DEFERRED if mine else Outcome.OVERTAKEN

    async def _end(
        self, item: Item, claim: ClaimId, state: State, outcome: Outcome, reason: str | None = None
    ) -> Outcome:
        mine = await self.queue.end(item.id, claim, state, now=self.clock.now(), reason=reason)
        return outcome if mine else Outcome.OVERTAKEN

    def _delay(self, attempts: int, wait: timedelta | None) -> timedelta:
        """Return a random time of up to twice what it was the last time: who failed together must not come together.

        It is no shorter than what was asked for, within what we wait at most.
        """
        doubled: int = 2 ** min(attempts - 1, 30)
        longest = min(self.policy.first_delay * doubled, self.policy.longest_delay)
        share = int.from_bytes(self.entropy.token_bytes(4)) / (1 << 32)
        return max(_LEAST_DELAY, longest * share, min(wait or _LEAST_DELAY, self.policy.longest_delay))
