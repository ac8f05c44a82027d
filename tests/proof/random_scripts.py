"""Scripts made by chance from a seed: the same ones every time, as many as one likes."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tests.proof.setting import RETRY_WINDOWS
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

LENGTH: Final = 50


@dataclass(frozen=True, slots=True)
class Script:
    """What happens, and under which policy."""

    retry_window: timedelta
    steps: tuple[Step, ...]


def random_script(seed: int, *, length: int = LENGTH) -> Script:
    """Return the script of this seed. Everybody has signed in when it begins."""
    dice = random.Random(seed)
    steps: list[Step] = [LogIn(holder=user, user=user) for user in range(USERS)]
    while len(steps) < length:
        [make] = dice.choices(_MAKERS, _WEIGHTS)
        steps += make(dice)
    return Script(dice.choice(RETRY_WINDOWS), tuple(steps[:length]))


def _holder(dice: random.Random) -> int:
    return dice.randrange(HOLDERS)


def _user(dice: random.Random) -> int:
    return dice.randrange(USERS)


def _time(dice: random.Random) -> TimePasses:
    return TimePasses(dice.choice(INTERVALS))


def _ask_again(dice: random.Random) -> list[Step]:
    holder = _holder(dice)
    return [Present(holder, answer_lost=True), _time(dice), Present(holder)]


def _ask_again_after_a_crash(dice: random.Random) -> list[Step]:
    holder = _holder(dice)
    return [Present(holder, answer_lost=True), Restart(), _time(dice), Present(holder)]


def _come_back(dice: random.Random) -> list[Step]:
    holder = _holder(dice)
    return [Present(holder), _time(dice), Present(holder)]


type Make = Callable[[random.Random], list[Step]]

# How often what comes. What ends sessions is rarer than what uses them, or nothing would live long.
_KINDS: Final[tuple[tuple[int, Make], ...]] = (
    (20, lambda dice: [LogIn(_holder(dice), _user(dice), right_password=dice.random() < 0.8)]),
    (20, lambda dice: [Present(_holder(dice), answer_lost=dice.random() < 0.3)]),
    (6, _ask_again),
    (2, _ask_again_after_a_crash),
    (6, _come_back),
    (6, lambda dice: [PresentTogether(_holder(dice), dice.randint(2, 5))]),
    (3, lambda dice: [PresentForged(_holder(dice), dice.choice(tuple(Forgery)))]),
    (3, lambda dice: [PresentUnissued(_holder(dice), dice.choice((1, 2, 1000)))]),
    (4, lambda dice: [Verify(_holder(dice))]),
    (10, lambda dice: [Copy(_holder(dice), _holder(dice))]),
    (8, lambda dice: [RollBack(_holder(dice))]),
    (10, lambda dice: [_time(dice)]),
    (1, lambda dice: [LogOut(_holder(dice))]),
    (1, lambda dice: [LogOutEverywhere(_holder(dice))]),
    (2, lambda dice: [EndSession(_holder(dice), as_its_user=dice.random() < 0.6)]),
    (2, lambda dice: [ChangePassword(_holder(dice), right_password=dice.random() < 0.6)]),
    (4, lambda dice: [Switch(_user(dice), active=dice.random() < 0.6, past_the_service=dice.random() < 0.5)]),
    (2, lambda _: [Restart()]),
    (1, lambda _: [Purge()]),
)
_WEIGHTS: Final = tuple(weight for weight, _ in _KINDS)
_MAKERS: Final = tuple(make for _, make in _KINDS)
