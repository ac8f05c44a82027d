"""What can go wrong, and where: before a statement, before a commit, after a commit, while hashing."""

import asyncio
import random
from collections.abc import Callable
from typing import Final

from auth_core import OutcomeUnknown, Unavailable
from tests.proof.simulation.points import Moment


def _unavailable() -> BaseException:
    return Unavailable(Unavailable.SHORTLY)


def _outcome_unknown() -> BaseException:
    return OutcomeUnknown(Unavailable.SHORTLY)


_FAULTS: Final[dict[Moment, tuple[Callable[[], BaseException], ...]]] = {
    Moment.STATEMENT: (_unavailable, asyncio.CancelledError),
    Moment.COMMIT: (_unavailable, _outcome_unknown, asyncio.CancelledError),
    Moment.ANSWER: (_outcome_unknown, asyncio.CancelledError),
    Moment.HASH: (asyncio.CancelledError,),
}


def fault(moment: Moment, dice: random.Random) -> BaseException:
    """Return something that can happen at this moment, ready to be raised."""
    return dice.choice(_FAULTS[moment])()
