"""The keys this process knows: looked at for every token without I/O, asked for ahead of time, and rarely."""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from auth_adapters.verify_only.key_set_client import KeySetAnswer, KeySetSource
from auth_adapters.verify_only.public_keys import PublicKey
from auth_core.clock import Clock

_EARLIEST: Final = 0.6
_LATEST: Final = 0.9
"""Of the time an answer may be kept: when it is asked for anew. Not in step with others."""

_FIRST_PAUSE: Final = 0.5
_SHORTEST_KEPT: Final = timedelta(seconds=5)

type Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySetPolicy:
    """How the keys of the service are followed.

    A key set is asked for anew before it may not be kept any longer, and before `refresh` has passed whatever it says:
    that is also how soon a key is not trusted any more that the service has revoked. While the service does not answer
    properly, the keys it told last are trusted for `kept` after they were confirmed. Tokens that name a key nobody
    knows make this process ask at most once in each `cool_down`, however many they are.
    """

    refresh: timedelta = timedelta(minutes=1)
    kept: timedelta = timedelta(hours=1)
    cool_down: timedelta = timedelta(seconds=5)

    def __post_init__(self) -> None:
        if not _SHORTEST_KEPT <= self.refresh <= timedelta(days=1):
            raise ValueError("refresh must lie between 5 seconds and a day")
        if not self.refresh <= self.kept <= timedelta(days=7):
            raise ValueError("kept must not be shorter than refresh, nor longer than a week")
        if not timedelta(seconds=1) <= self.cool_down <= self.refresh:
            raise ValueError("cool_down must lie between a second and refresh")


class KnownKeys:
    """What the service said last, and how far that can be relied on.

    However many ask for a look at the service at a time, there is one request, which they share. A look that fails
    takes nothing away.
    """

    def __init__(
        self,
        source: KeySetSource,
        *,
        clock: Clock,
        policy: KeySetPolicy,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._source = source
        self._clock = clock
        self._policy = policy
        self._sleep = sleep
        self._keys: Mapping[str, PublicKey] = {}
        self._tag: str | None = None
        self._max_age = policy.refresh
        self._confirmed_at: datetime | None = None
        self._looked_at: datetime | None = None
        self._failures = 0
        self._look: asyncio.Task[None] | None = None
        self._when_a_key_goes: list[Callable[[], None]] = []
        self._is_revoked: Callable[[str], bool] = lambda _: False

    def when_a_key_goes(self, tell: Callable[[], None]) -> None:
        """Call `tell` whenever a key is not trusted any more: whoever relies on it has to look again."""
        self._when_a_key_goes.append(tell)

    def mistrust(self, is_revoked: Callable[[str], bool]) -> None:
        """Trust no key that `is_revoked`, though the service may have told of it before."""
        self._is_revoked = is_revoked

    def find(self, kid: str) -> PublicKey | None:
        """Return the key of this name, if the service signs with it."""
        return None if self._is_revoked(kid) else self._keys.get(kid)

    def are_trusted(self) -> bool:
        """Say whether the service has told its keys, and not too long ago."""
        if self._confirmed_at is None:
            return False
        # Below zero the clock was turned back: nobody knows how long ago it was.
        return timedelta(0) <= self._clock.now() - self._confirmed_at <= self._policy.kept

    @property
    def last_look_failed(self) -> bool:
        """Whether the service did not answer properly when it was asked last."""
        return self._failures > 0

    async def look_again(self) -> None:
        """Ask the service, unless it was asked a moment ago. Returns when it has answered, or has not."""
        if self._look is not None or not self._is_cooling_down():
            await self._look_now()

    async def keep_fresh(self) -> None:
        """Ask for ever: before the answer may not be kept any longer, and after a failure soon."""
        while True:
            await self._sleep(self._pause() * random.uniform(_EARLIEST, _LATEST))  # noqa: S311 - nothing secret
            await self._look_now()

    async def give_up(self) -> None:
        """Break off a look that has not ended."""
        if self._look is not None:
            self._look.cancel()
            await asyncio.wait([self._look])

    async def _look_now(self) -> None:
        if self._look is None:
            self._look = asyncio.create_task(self._ask(), name="ask_for_keys")
            self._look.add_done_callback(self._end_look)
        # Whoever is cancelled while they wait does not take the answer away from the others.
        await asyncio.wait([self._look])

    def _end_look(self, _look: asyncio.Task[None]) -> None:
        self._look = None
        self._looked_at = self._clock.now()

    async def _ask(self) -> None:
        began_at = self._clock.now()
        try:
            answer = await self._source.ask(known=self._tag)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the keys of before are still there
            self._failures += 1
            cause = error.__cause__ or error
            logging.getLogger(__name__).warning(
                "keys_not_answered", extra={"error": type(cause).__name__, "failures": self._failures}
            )
        else:
            self._take_in(answer, began_at)

    def _take_in(self, answer: KeySetAnswer, began_at: datetime) -> None:
        self._failures = 0
        self._confirmed_at = began_at
        self._max_age = answer.max_age or self._policy.refresh
        if answer.keys is None:
            return
        before, self._keys, self._tag = self._keys, answer.keys, answer.tag
        if any(self._keys.get(kid) != key for kid, key in before.items()):
            for tell in self._when_a_key_goes:
                tell()

    def _is_cooling_down(self) -> bool:
        if self._looked_at is None:
            return False
        return timedelta(0) <= self._clock.now() - self._looked_at < self._policy.cool_down

    def _pause(self) -> float:
        if self._failures:
            return float(min(_FIRST_PAUSE * 2 ** min(self._failures, 16), self._policy.refresh.total_seconds()))
        return max(min(self._max_age, self._policy.refresh), _SHORTEST_KEPT).total_seconds()


@asynccontextmanager
async def kept_fresh(keys: KnownKeys) -> AsyncGenerator[None]:
    """Keep the keys up to date while the block runs. The first look has been tried when the block begins."""
    await keys.look_again()
    task = asyncio.create_task(keys.keep_fresh(), name="keep_keys_fresh")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await keys.give_up()
