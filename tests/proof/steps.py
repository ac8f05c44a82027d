"""The language scripts are written in: what people, thieves, operators, machines and clocks do to the service.

A holder is whoever keeps refresh links: a browser tab, an application, a thief. Nobody can tell one from the other,
so the language does not either: copying a link makes a second tab or a theft, as one likes to see it.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

USERS: Final = 2
HOLDERS: Final = 5

_SHORT: Final = (
    timedelta(milliseconds=1),
    timedelta(milliseconds=999),
    timedelta(seconds=1),
    timedelta(seconds=1.999),
    timedelta(seconds=15),
    timedelta(seconds=29.999),
    timedelta(seconds=30),
    timedelta(seconds=31),
)
_LONG: Final = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=7) - timedelta(seconds=1),
    timedelta(days=7),
    timedelta(days=23),
    timedelta(days=60),
)
_BACK: Final = (timedelta(milliseconds=-1), timedelta(seconds=-1), timedelta(seconds=-5), timedelta(hours=-1))
INTERVALS: Final = _SHORT * 4 + _LONG + _BACK
"""What a clock may do: lengths near which something changes. The short ones come more often."""


class Forgery(StrEnum):
    """Ways to make a text that our signature does not cover."""

    GARBAGE = "no token at all"
    EMPTY = "nothing"
    SIGNATURE = "the last part altered"
    PAYLOAD = "another generation, signed by nobody"
    OTHER_KEY = "signed with another key"
    ACCESS_TOKEN = "the access token"


@dataclass(frozen=True, slots=True)
class LogIn:
    """`holder` signs in as `user`."""

    holder: int
    user: int
    right_password: bool = True


@dataclass(frozen=True, slots=True)
class Present:
    """`holder` presents the link it holds; when the answer is lost it goes on holding that one."""

    holder: int
    answer_lost: bool = False


@dataclass(frozen=True, slots=True)
class PresentTogether:
    """Several tabs of one browser present the link they share at the same time."""

    holder: int
    times: int


@dataclass(frozen=True, slots=True)
class PresentForged:
    """Somebody presents a text made from the link of `holder`, without our key."""

    holder: int
    forgery: Forgery


@dataclass(frozen=True, slots=True)
class PresentUnissued:
    """Somebody presents a link that lies `ahead` of the one of `holder`, signed with our key: a restored backup."""

    holder: int
    ahead: int


@dataclass(frozen=True, slots=True)
class Verify:
    """`holder` uses its access token."""

    holder: int


@dataclass(frozen=True, slots=True)
class Copy:
    """`to` gets hold of the link of `source`."""

    source: int
    to: int


@dataclass(frozen=True, slots=True)
class RollBack:
    """`holder` crashes and finds the link it held before on its disk."""

    holder: int


@dataclass(frozen=True, slots=True)
class TimePasses:
    """The clock moves, a little back at times."""

    by: timedelta


@dataclass(frozen=True, slots=True)
class LogOut:
    """`holder` signs out."""

    holder: int


@dataclass(frozen=True, slots=True)
class LogOutEverywhere:
    """`holder` signs its user out everywhere."""

    holder: int


@dataclass(frozen=True, slots=True)
class EndSession:
    """Somebody picks the session of `holder` from a list and ends it: its user, or another one who may not."""

    holder: int
    as_its_user: bool = True


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """`holder` changes the password of its user."""

    holder: int
    right_password: bool = True


@dataclass(frozen=True, slots=True)
class Switch:
    """The account of `user` is disabled or enabled: by an operator, or past the service, straight in the store."""

    user: int
    active: bool
    past_the_service: bool = False


@dataclass(frozen=True, slots=True)
class Restart:
    """The process dies and another one takes its place: nothing is left but what was stored."""


@dataclass(frozen=True, slots=True)
class Purge:
    """What is long over is removed."""


type Presentation = Present | PresentTogether | PresentForged | PresentUnissued
type Ending = LogOut | LogOutEverywhere | EndSession | ChangePassword
type OfHolder = Presentation | Verify | Ending
type OfNobody = LogIn | TimePasses | Switch | Restart | Purge
type AmongHolders = Copy | RollBack
type Step = OfHolder | OfNobody | AmongHolders
