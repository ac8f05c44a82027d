"""Delivering what people and programs are told, for as long as a process runs."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
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


def _tell_of_message(attempt: Attempt) -> None:
    """Write a line: which message it was, and neither to whom nor what it says."""
    _tell(f"message_{attempt.outcome.value}", attempt, message_id=str(attempt.message_id), message=attempt.kind)


def _tell_of_webhook(attempt: Attempt) -> None:
    """Write a line: which delivery it was, and neither to where nor what it says."""
    _tell(f"webhook_{attempt.outcome.value}", attempt, delivery_id=str(attempt.message_id), type=attempt.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How batch follows upon batch. So many attempts as are `full` mean that there may be more to do at once.

    A batch that takes longer than `stride` does not hold up the next, but for `at_once` there are at most.
    """

    full: int
    at_once: int = 1
    stride: timedelta | None = None
    tell: Callable[[Attempt], None] = _tell_of_message


# A batch is as slow as the slowest receiver in it, and the others must not wait for that one. There is always more to
# do than is claimed at a time, since a batch takes no more than a share for each.
WEBHOOKS: Final = Manner(full=1, at_once=4, stride=timedelta(seconds=1), tell=_tell_of_webhook)


@dataclass(slots=True)
class Deliverer:
    """Delivers whatever is due, batch after batch, until it is told to stop; then it finishes what it has begun."""

    deliver: Deliver
    arrivals: Arrivals
    policy: DeliveryPolicy
    manner: Manner
    _stopping: asyncio.Event
    _failures: int = 0

    async def go_on(self) -> None:
        """Deliver until `stop` is called. Whatever happens to a batch, the next is tried."""
        stride = None if self.manner.stride is None else self.manner.stride.total_seconds()
        running = set[asyncio.Task[int]]()
        async with asyncio.TaskGroup() as group:
            while not self._stopping.is_set():
                heard = self.arrivals.next  # before looking: what is committed in between must not be waited for
                batch = group.create_task(self._batch())
                running.add(batch)
                await asyncio.wait([batch], timeout=stride)
                if batch.done() and batch.result() < self.manner.full:
                    await self._rest(heard)
                running = {each for each in running if not each.done()}
                if len(running) >= self.manner.at_once:
                    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)

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
            self.manner.tell(each)
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
async def delivering(
    deliver: Deliver, *, arrivals: Arrivals, policy: DeliveryPolicy, manner: Manner | None = None
) -> AsyncGenerator[None]:
    """Deliver while the block runs. When it has ended what is being sent is sent, and settled."""
    deliverer = Deliverer(deliver, arrivals, policy, manner or Manner(full=policy.batch), asyncio.Event())
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
    """Tell people by mail, where there is any, and programs by webhooks, while the block runs.

    Raises: CannotRun when a template is broken, or a file with certificates.
    """
    mail, auth, ports, policies = container.mail(), container.auth(), container.ports(), container.policies()
    async with AsyncExitStack() as deliverers:
        if mail is not None:
            if container.settings().mail_templates is not None:  # ours are tried by a test
                examples(mail.wording)
            await deliverers.enter_async_context(
                delivering(auth.outbox.deliver, arrivals=ports.arrivals, policy=policies.delivery)
            )
        container.webhook_sender().check()
        await deliverers.enter_async_context(
            delivering(
                auth.webhooks.deliver, arrivals=ports.arrivals, policy=policies.webhooks.delivery, manner=WEBHOOKS
            )
        )
        yield


def looking_at_the_outbox(container: Container) -> tuple[Job, ...]:
    """Return the jobs that keep the metrics of what is to be delivered: of mail where there is any, of webhooks."""

    async def look() -> None:
        await container.backlog().look(container.auth().outbox.look)

    async def look_at_webhooks() -> None:
        await container.webhook_backlog().look(container.auth().webhooks.look)

    of_mail = () if container.mail() is None else (Job(name="look_at_outbox", every=_LOOK, do=look),)
    return (*of_mail, Job(name="look_at_webhooks", every=_LOOK, do=look_at_webhooks))


def _tell(event: str, attempt: Attempt, **what: str) -> None:
    log = structlog.get_logger("auth_http.delivery")
    write: Callable[..., None] = getattr(log, _WEIGHTS[attempt.outcome])
    write(event, **what, attempt=attempt.number)
