"""Delivering what people are told, for as long as a process runs."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from auth_core import Unavailable
from auth_core.outbox.model import Attempt, Outcome
from auth_core.outbox.policy import DeliveryPolicy
from auth_core.outbox.ports import Arrivals
from auth_http.container import Container
from auth_http.mail import examples
from auth_http.worker import Job

_LOOK: Final = timedelta(seconds=15)
_LONGEST_PAUSE: Final = 10.0
_TO_SETTLE: Final = 5.0
"""Seconds in which a letter that was sent is settled, when the process is to end."""

type Deliver = Callable[[], Awaitable[Sequence[Attempt]]]

_WEIGHTS: Final = {
    Outcome.SENT: "info",
    Outcome.DEFERRED: "info",
    Outcome.EXPIRED: "warning",
    Outcome.REFUSED: "warning",
    Outcome.OVERTAKEN: "warning",
    Outcome.GIVEN_UP: "error",
}


@dataclass(slots=True)
class Deliverer:
    """Delivers whatever is due, batch after batch, until it is told to stop; then it finishes what it has begun."""

    deliver: Deliver
    arrivals: Arrivals
    policy: DeliveryPolicy
    _stopping: asyncio.Event
    _failures: int = 0

    async def go_on(self) -> None:
        """Deliver until `stop` is called. Whatever happens to a batch, the next is tried."""
        while not self._stopping.is_set():
            heard = self.arrivals.next  # before looking: what is committed in between must not be waited for
            if await self._batch() < self.policy.batch:
                await self._rest(heard)

    def stop(self) -> None:
        """Begin no other batch."""
        self._stopping.set()

    async def _batch(self) -> int:
        log = structlog.get_logger("auth_http.delivery")
        try:
            attempts = await self.deliver()
        except Unavailable as error:
            self._failures += 1
            log.warning("delivery_unavailable", reason=error.code)
            return 0
        except Exception:
            self._failures += 1
            log.exception("delivery_failed")
            return 0
        self._failures = 0
        for each in attempts:
            _tell(each)
        return len(attempts)

    async def _rest(self, heard: asyncio.Event) -> None:
        """Wait for something to come, to be due, or for the end; after failures longer, and not in step with others."""
        longest = min(self.policy.poll.total_seconds() * 2**self._failures, _LONGEST_PAUSE)
        pause = longest * random.uniform(0.5, 1)  # noqa: S311 - nothing secret
        ends = [self._stopping] if self._failures else [self._stopping, heard]
        waiting = [asyncio.ensure_future(each.wait()) for each in ends]
        await asyncio.wait(waiting, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()


@asynccontextmanager
async def delivering(deliver: Deliver, *, arrivals: Arrivals, policy: DeliveryPolicy) -> AsyncGenerator[None]:
    """Deliver while the block runs. When it has ended what is being sent is sent, and settled."""
    deliverer = Deliverer(deliver, arrivals, policy, asyncio.Event())
    task = asyncio.create_task(deliverer.go_on(), name="deliver")
    try:
        yield
    finally:
        deliverer.stop()
        await asyncio.wait([task], timeout=policy.send_within.total_seconds() + _TO_SETTLE)
        task.cancel()  # Whatever it holds is due again when its claim has run out.
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def delivering_for(container: Container) -> AsyncGenerator[None]:
    """Deliver while the block runs, where there is mail; else nothing. Raises: CannotRun when a template is broken."""
    mail = container.mail()
    if mail is None:
        yield
        return
    examples(mail.wording)
    auth, ports, policies = container.auth(), container.ports(), container.policies()
    async with delivering(auth.outbox.deliver, arrivals=ports.arrivals, policy=policies.delivery):
        yield


def looking_at_the_outbox(container: Container) -> tuple[Job, ...]:
    """Return the job that keeps the metrics of the outbox, where there is mail."""
    if container.mail() is None:
        return ()

    async def look() -> None:
        await container.backlog().look(container.auth().outbox.look)

    return (Job(name="look_at_outbox", every=_LOOK, do=look),)


def _tell(attempt: Attempt) -> None:
    """Write a line: which message it was, and neither to whom nor what it says."""
    log = structlog.get_logger("auth_http.delivery")
    write: Callable[..., None] = getattr(log, _WEIGHTS[attempt.outcome])
    write(
        f"message_{attempt.outcome.value}",
        message_id=str(attempt.message_id),
        message=attempt.kind,
        attempt=attempt.number,
    )
