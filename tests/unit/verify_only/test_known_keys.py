"""Keys are asked for ahead of time, by one request for everybody, and failures take nothing away."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from auth_adapters.verify_only.key_set_client import KeySetAnswer
from auth_adapters.verify_only.known_keys import KeySetPolicy, KnownKeys, kept_fresh
from auth_adapters.verify_only.public_keys import PublicKey
from auth_core import Unavailable
from auth_core.testing import MovableClock
from auth_core.tokens.keys import Algorithm, KeyId

POLICY = KeySetPolicy()
TICK = timedelta(microseconds=1)


def key(kid: str, made_of: str = "x") -> PublicKey:
    return PublicKey(kid=KeyId(kid), algorithm=Algorithm.ES256, members=(made_of,), verify=lambda _m, _s: True)


def told(*keys: PublicKey, tag: str | None = None, max_age: int = 300) -> KeySetAnswer:
    return KeySetAnswer(keys={each.kid: each for each in keys}, tag=tag, max_age=timedelta(seconds=max_age))


UNCHANGED = KeySetAnswer(keys=None, tag="1", max_age=timedelta(seconds=300))


@dataclass(slots=True)
class Scripted:
    """Answers as told, the last answer for ever, and keeps with which tag it was asked."""

    answers: list[KeySetAnswer | Exception]
    asked: list[str | None] = field(default_factory=list)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.may_answer.set()

    async def ask(self, *, known: str | None) -> KeySetAnswer:
        self.asked.append(known)
        await self.may_answer.wait()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def known_over(source: Scripted, clock: MovableClock | None = None) -> KnownKeys:
    return KnownKeys(source, clock=clock or MovableClock(), policy=POLICY)


def names(keys: KnownKeys, *kids: str) -> Mapping[str, bool]:
    return {kid: keys.find(kid) is not None for kid in kids}


async def test_before_the_service_has_answered_nothing_is_trusted() -> None:
    keys = known_over(Scripted([Unavailable(Unavailable.SHORTLY)]))
    before = keys.are_trusted()
    await keys.look_again()

    assert (before, keys.are_trusted(), keys.last_look_failed) == (False, False, True)


@pytest.mark.covers("JWT-05")
async def test_however_many_look_at_a_time_there_is_one_request() -> None:
    source = Scripted([told(key("a"))])
    source.may_answer.clear()
    keys = known_over(source)
    looks = [asyncio.create_task(keys.look_again()) for _ in range(1000)]
    await asyncio.sleep(0)
    source.may_answer.set()
    await asyncio.gather(*looks)

    assert len(source.asked) == 1
    assert keys.find("a")


async def test_whoever_is_cancelled_while_they_wait_does_not_take_the_answer_from_the_others() -> None:
    source = Scripted([told(key("a"))])
    source.may_answer.clear()
    keys = known_over(source)
    first, second = (asyncio.create_task(keys.look_again()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    source.may_answer.set()
    await second

    assert first.cancelled()
    assert (len(source.asked), keys.find("a") is not None) == (1, True)


@pytest.mark.covers("JWT-05")
async def test_within_the_cool_down_nobody_asks_whether_the_last_look_succeeded_or_not() -> None:
    clock, source = MovableClock(), Scripted([Unavailable(Unavailable.SHORTLY), told(key("a"))])
    keys = known_over(source, clock)
    for wait in (timedelta(0), POLICY.cool_down - TICK, TICK, timedelta(0), POLICY.cool_down - TICK):
        clock.advance(wait)
        await keys.look_again()

    assert len(source.asked) == 2


async def test_the_cool_down_begins_when_the_answer_has_come() -> None:
    clock, source = MovableClock(), Scripted([told(key("a"))])
    source.may_answer.clear()
    keys = known_over(source, clock)
    look = asyncio.create_task(keys.look_again())
    await asyncio.sleep(0)
    clock.advance(POLICY.cool_down)
    source.may_answer.set()
    await look
    await keys.look_again()

    assert len(source.asked) == 1


@pytest.mark.parametrize("error", [Unavailable(Unavailable.SHORTLY), OSError(), RuntimeError()])
async def test_a_look_that_fails_takes_nothing_away(error: Exception) -> None:
    clock = MovableClock()
    keys = known_over(Scripted([told(key("a")), error]), clock)
    gone: list[bool] = []
    keys.when_a_key_goes(lambda: gone.append(True))
    for _ in range(3):
        await keys.look_again()
        clock.advance(POLICY.refresh)

    assert keys.find("a")
    assert keys.are_trusted()
    assert keys.last_look_failed
    assert not gone


async def test_keys_are_trusted_for_so_long_after_they_were_confirmed_and_no_longer() -> None:
    clock = MovableClock()
    keys = known_over(Scripted([told(key("a"), tag="1"), UNCHANGED, Unavailable(Unavailable.SHORTLY)]), clock)
    await keys.look_again()
    clock.advance(POLICY.refresh)
    await keys.look_again()
    clock.advance(POLICY.kept)
    trusted_at_the_end = keys.are_trusted()
    clock.advance(TICK)

    assert (trusted_at_the_end, keys.are_trusted()) == (True, False)


async def test_an_answer_confirms_the_moment_it_was_asked_for_however_long_it_took() -> None:
    clock, source = MovableClock(), Scripted([told(key("a"))])
    source.may_answer.clear()
    keys = known_over(source, clock)
    look = asyncio.create_task(keys.look_again())
    while not source.asked:
        await asyncio.sleep(0)
    clock.advance(POLICY.kept + TICK)
    source.may_answer.set()
    await look

    assert not keys.are_trusted()


async def test_a_clock_that_was_turned_back_confirms_nothing_and_holds_nobody_up() -> None:
    clock, source = MovableClock(), Scripted([told(key("a"))])
    keys = known_over(source, clock)
    await keys.look_again()
    clock.advance(-timedelta(hours=2))
    trusted = keys.are_trusted()
    await keys.look_again()

    assert (trusted, keys.are_trusted(), len(source.asked)) == (False, True, 2)


async def test_it_asks_with_the_tag_of_the_keys_it_has() -> None:
    clock = MovableClock()
    source = Scripted([told(key("a"), tag="1"), UNCHANGED, told(key("b"), tag=None), told(key("b"))])
    keys = known_over(source, clock)
    for _ in range(4):
        await keys.look_again()
        clock.advance(POLICY.refresh)

    assert source.asked == [None, "1", "1", None]


@pytest.mark.parametrize(
    ("after", "goes"),
    [
        ((key("a"), key("b")), False),
        ((key("a"), key("b"), key("c")), False),
        ((key("b"),), True),
        ((key("a", "other"), key("b")), True),
        ((), True),
    ],
)
async def test_whoever_relies_on_a_key_is_told_when_it_goes(after: tuple[PublicKey, ...], goes: bool) -> None:
    clock = MovableClock()
    keys = known_over(Scripted([told(key("a"), key("b")), told(*after)]), clock)
    gone: list[bool] = []
    keys.when_a_key_goes(lambda: gone.append(True))
    await keys.look_again()
    clock.advance(POLICY.refresh)
    await keys.look_again()

    assert bool(gone) is goes
    assert names(keys, "a", "b", "c") == {kid: kid in {each.kid for each in after} for kid in "abc"}


# ---- Ahead of time


class Enough(Exception):
    """Ends what would go on for ever."""


async def pauses_of(source: Scripted, *, rounds: int) -> list[float]:
    """How long it waits before each look, over so many of them."""
    pauses: list[float] = []
    clock = MovableClock()

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        clock.advance(timedelta(seconds=seconds))
        if len(pauses) == rounds:
            raise Enough

    keys = KnownKeys(source, clock=clock, policy=POLICY, sleep=sleep)
    await keys.look_again()
    with pytest.raises(Enough):
        await keys.keep_fresh()
    return pauses


@pytest.mark.parametrize(("max_age", "longest"), [(300, 60), (60, 60), (20, 20), (1, 5), (0, 60)])
async def test_it_asks_before_the_answer_may_not_be_kept_and_at_least_once_a_minute(max_age: int, longest: int) -> None:
    pauses = await pauses_of(Scripted([told(key("a"), max_age=max_age)]), rounds=20)

    assert all(0.6 * longest <= pause <= 0.9 * longest for pause in pauses)
    assert len(set(pauses)) > 1


async def test_after_a_failure_it_asks_again_soon_and_then_less_and_less_often() -> None:
    pauses = await pauses_of(Scripted([Unavailable(Unavailable.SHORTLY)]), rounds=20)

    assert pauses[0] <= 1
    assert pauses[-1] >= 0.6 * POLICY.refresh.total_seconds()
    assert max(pauses) <= POLICY.refresh.total_seconds()


async def test_a_look_that_hangs_is_broken_off_with_the_block() -> None:
    source = Scripted([told(key("a"))])
    keys = known_over(source, clock := MovableClock())
    async with kept_fresh(keys):
        source.may_answer.clear()
        clock.advance(POLICY.refresh)
        hanging = asyncio.create_task(keys.look_again())
        await asyncio.sleep(0)
    await asyncio.wait_for(hanging, 5)

    assert not [task for task in asyncio.all_tasks() if task.get_name() in {"ask_for_keys", "keep_keys_fresh"}]


@pytest.mark.parametrize(
    "wrong",
    [
        {"refresh": 1},
        {"refresh": 200_000, "kept": 300_000},
        {"kept": 59},
        {"kept": 700_000},
        {"cool_down": 0},
        {"cool_down": 61},
    ],
)
def test_a_policy_that_cannot_work_is_refused(wrong: Mapping[str, int]) -> None:
    with pytest.raises(ValueError, match="must"):
        KeySetPolicy(**{name: timedelta(seconds=seconds) for name, seconds in wrong.items()})
