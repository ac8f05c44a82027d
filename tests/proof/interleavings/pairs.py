"""Which two calls meet, how things stand before, and every way in which it may end."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from auth_core.users.model import UserStatus
from tests.proof.interleavings.calls import (
    CHANGE_PASSWORD,
    CHANGE_PASSWORD_HERE,
    ENABLE,
    END_SESSION,
    LOG_IN,
    LOG_OUT,
    LOG_OUT_EVERYWHERE,
    REFRESH,
    RENAME,
    RETRY,
    REUSE,
    SUSPEND,
    Call,
)
from tests.proof.interleavings.judge import Judge
from tests.proof.interleavings.people import Beginning, arrive
from tests.proof.interleavings.records import Records
from tests.proof.interleavings.scheduler import Calls
from tests.proof.interleavings.stage import Stage
from tests.proof.simulation.ledger import Ledger
from tests.proof.simulation.world import RETRY_WINDOW


@dataclass(frozen=True, slots=True)
class Pair:
    """Two calls about one person.

    `endings` are the pairs of answers that the orders come to, all of them and no others. Of orders there are at least
    `least`, or something was not stopped where it should have been.
    """

    first: Call
    second: Call
    endings: frozenset[str]
    least: int
    beginning: Beginning = field(default=Beginning(), kw_only=True)

    def __str__(self) -> str:
        return f"{self.first} || {self.second}{self.beginning}"

    async def prepare(self, stage: Stage) -> tuple[Judge, Calls]:
        person = await arrive(stage.ports, stage.witness, stage.hasher, self.beginning)
        judge = Judge(
            person=person,
            calls=(self.first, self.second),
            processes=stage.processes,
            witness=stage.witness,
            records=Records(stage.reader, person.id, Ledger(RETRY_WINDOW)),
            clock=stage.ports.clock,
        )
        await judge.open()
        return judge, (self.first.make(stage.processes[0], person), self.second.make(stage.processes[1], person))


def _pair(first: Call, second: Call, *endings: str, least: int, beginning: Beginning = Beginning()) -> Pair:  # noqa: B008 - frozen
    return Pair(first, second, frozenset(endings), least, beginning=beginning)


_LATE: Final = Beginning("the window over", since=RETRY_WINDOW + timedelta(seconds=1))
_DISABLED: Final = Beginning("disabled by hand", status=UserStatus.DISABLED)

OF_REFRESHES: Final = (
    _pair(REFRESH, REFRESH, "advanced, repeated", "repeated, advanced", least=4),
    # A retry that comes when the successor has been used is one link too late, and cannot be told from a thief.
    _pair(REFRESH, RETRY, "advanced, repeated", "advanced, refused", least=8),
    _pair(REFRESH, RETRY, "advanced, refused", "refused, refused", least=8, beginning=_LATE),
    _pair(RETRY, RETRY, "repeated, repeated", least=20),
    _pair(RETRY, RETRY, "refused, refused", least=40, beginning=_LATE),
    _pair(REFRESH, REUSE, "advanced, refused", "refused, refused", least=10),
    _pair(REUSE, REUSE, "refused, refused", least=40),
    _pair(REFRESH, LOG_OUT, "advanced, done", "refused, done", least=6),
    _pair(REFRESH, END_SESSION, "advanced, done", "refused, done", least=6),
    _pair(REFRESH, LOG_OUT_EVERYWHERE, "advanced, done", "refused, done", least=10),
    _pair(REFRESH, CHANGE_PASSWORD, "advanced, done", "refused, done", least=25),
    _pair(REFRESH, CHANGE_PASSWORD_HERE, "advanced, done", least=50),
    _pair(REFRESH, SUSPEND, "advanced, done", "refused, done", least=15),
    _pair(REFRESH, ENABLE, "advanced, done", "repeated, done", "refused, done", least=5, beginning=_DISABLED),
    _pair(REFRESH, LOG_IN, "advanced, done", least=30),
    _pair(RETRY, LOG_OUT, "repeated, done", "refused, done", least=10),
    _pair(RETRY, SUSPEND, "repeated, done", "refused, done", least=50),
    _pair(REUSE, LOG_OUT, "refused, done", least=15),
)
"""Somebody presents a link."""

OF_ENDINGS: Final = (
    _pair(LOG_OUT, LOG_OUT, "done, done", least=8),
    _pair(LOG_OUT, END_SESSION, "done, done", least=8),
    _pair(LOG_OUT, LOG_OUT_EVERYWHERE, "done, done", least=30),
    _pair(LOG_OUT, CHANGE_PASSWORD, "done, done", least=100),
    _pair(LOG_OUT, SUSPEND, "done, done", least=60),
    _pair(LOG_OUT_EVERYWHERE, LOG_OUT_EVERYWHERE, "done, done", least=2),
    _pair(LOG_OUT_EVERYWHERE, SUSPEND, "done, done", least=8),
    _pair(CHANGE_PASSWORD, SUSPEND, "done, done", "refused, done", least=100),
    _pair(CHANGE_PASSWORD, LOG_OUT_EVERYWHERE, "done, done", least=20),
    _pair(LOG_IN, LOG_IN, "done, done", least=50),
    _pair(LOG_IN, LOG_OUT_EVERYWHERE, "done, done", least=25),
    _pair(LOG_IN, CHANGE_PASSWORD, "done, done", "refused, done", least=100),
    _pair(LOG_IN, SUSPEND, "done, done", "refused, done", least=50),
    _pair(SUSPEND, SUSPEND, "done, done", least=15),
    _pair(SUSPEND, ENABLE, "done, done", least=10),
    _pair(SUSPEND, ENABLE, "done, done", least=10, beginning=_DISABLED),
    _pair(RENAME, SUSPEND, "done, done", "refused, done", least=15),
)
"""Somebody ends sessions, or opens one while others end."""

LARGE: Final = (
    _pair(REUSE, SUSPEND, "refused, done", least=200),
    _pair(CHANGE_PASSWORD, CHANGE_PASSWORD_HERE, "done, refused", "refused, done", least=300),
    _pair(REUSE, CHANGE_PASSWORD, "refused, done", least=1000),
    _pair(RETRY, CHANGE_PASSWORD, "repeated, done", "refused, done", least=100),
)
"""For the campaign: they take longer than all others together."""
