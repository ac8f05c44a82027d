"""Following the feed of revocations for as long as a process runs."""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final, Protocol

from auth_core.revocation.policy import RevocationPolicy

_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 1.0


class Follow(Protocol):
    """`AuthCore.revocation.follow`: takes one step behind the feed when it is called."""

    @property
    def policy(self) -> RevocationPolicy: ...

    async def __call__(self) -> None:
        """Wait for news and know it."""
        ...

    def is_current(self) -> bool:
        """Say whether what is known is relied on."""
        ...


type Sleep = Callable[[float], Awaitable[None]]
type Tell = Callable[[bool], None]


def tell_log(current: bool) -> None:  # noqa: FBT001 - it is called with nothing else
    """Write a line when what this process knows of revocations goes out of date, and when it is up to date again."""
    log = logging.getLogger(__name__)
    if current:
        log.info("revocations_current")
    else:
        log.warning("revocations_stale")


@asynccontextmanager
async def following(follow: Follow, *, tell: Tell = tell_log) -> AsyncGenerator[None]:
    """Follow the feed while the block runs. The first look has been tried when the block begins."""
    follower = Follower(follow, tell=tell)
    await follower.step()
    task = asyncio.create_task(follower.go_on(), name="follow_revocations")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class Follower:
    """Takes one step after the other, whatever happens to each, and tells when the knowledge goes stale and returns."""

    def __init__(self, follow: Follow, *, tell: Tell, sleep: Sleep = asyncio.sleep) -> None:
        self._follow = follow
        self._tell = tell
        self._sleep = sleep
        self._pause = 0.0
        self._told_current = True

    async def go_on(self) -> None:
        """Step for ever. After a failure it waits, longer after each further one, and not in step with others."""
        while True:
            if self._pause:
                await self._sleep(self._pause * random.uniform(0.5, 1))  # noqa: S311 - nothing secret
            await self.step()

    async def step(self) -> None:
        """Take a step. One that takes longer than the knowledge is relied on is given up; none raises."""
        try:
            async with asyncio.timeout(self._follow.policy.allowed_lag.total_seconds()):
                await self._follow()
        except Exception as error:  # noqa: BLE001 - the feed may fail in any way, and must be followed when it is back
            logging.getLogger(__name__).debug("look_failed", extra={"error": type(error).__name__})
            self._pause = min(max(2 * self._pause, _FIRST_PAUSE), _LONGEST_PAUSE)
        else:
            self._pause = 0.0
        current = self._follow.is_current()
        if current is not self._told_current:
            self._told_current = current
            self._tell(current)
