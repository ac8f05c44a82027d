"""The first answer to a call, kept with its effect and given again."""

import hmac
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, final

from auth_core.clock import Clock
from auth_core.idempotency.errors import AnsweredBefore, IdempotencyKeyReused
from auth_core.idempotency.model import Once, Unproven
from auth_core.idempotency.policy import IdempotencyPolicy
from auth_core.idempotency.ports import AnswersTx, AnswerVault, SealedAnswer
from auth_core.redacted import Redacted
from auth_core.unit_of_work import UnitOfWork

_DIGEST: Final = 32


@final
class Outcome[Result]:
    """What came of a call. A call that came to nothing has none: it may be made again as if it had not been."""

    __slots__ = ("results",)

    def __init__(self) -> None:
        self.results: list[Result] = []

    def be(self, result: Result) -> None:
        """Let this be what the call is answered with."""
        self.results = [result]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAnswers:
    """Lets a call with a key have its effect once. A call without one goes through it untouched.

    The claim on the key is the first thing a transaction takes, so whoever waits for one holds nothing that others
    wait for; and it is committed with the effect, so a lost COMMIT has kept both or neither.
    """

    uow: UnitOfWork[AnswersTx]
    vault: AnswerVault
    clock: Clock
    policy: IdempotencyPolicy

    async def look[Result](self, once: Once[Result] | None) -> None:
        """Spare a repeated call what is slow. For a caller who has proven nothing it is not left out.

        Raises: AnsweredBefore, IdempotencyKeyReused.
        """
        if once is None:
            return
        async with self.uow() as tx:
            sealed = await tx.answers.find(once.name, now=self.clock.now())
            answer = None if sealed is None else self._answer_in(sealed, once)
            if sealed is not None and answer is None and isinstance(once.caller, Unproven):
                # The request holds a password, and nobody counts guesses here: there is to be only one.
                await tx.answers.forget(once.name)
        if sealed is not None:
            self._tell(answer)

    @asynccontextmanager
    async def __call__[Result](self, tx: AnswersTx, once: Once[Result] | None) -> AsyncGenerator[Outcome[Result]]:
        """Have the call's effect inside the block, the first thing in `tx`, and say there what came of it.

        Raises: AnsweredBefore, IdempotencyKeyReused.
        """
        outcome = Outcome[Result]()
        if once is None:
            yield outcome
            return
        now = self.clock.now()
        sealed = await tx.answers.claim(once.name, now=now, until=now + self.policy.kept)
        if sealed is not None:
            self._tell(self._answer_in(sealed, once))
        yield outcome
        for result in outcome.results:
            answer = Redacted(once.digest + once.write(result))
            await tx.answers.keep(once.name, self.vault.seal(answer, name=once.name))
        if not outcome.results:
            await tx.answers.forget(once.name)

    def _answer_in[Result](self, sealed: SealedAnswer, once: Once[Result]) -> Redacted[bytes] | None:
        """Return the answer to this very request; None when it answers another one, or cannot be read."""
        opened = self.vault.open(sealed, name=once.name)
        kept = b"" if opened is None else opened.reveal()
        if not hmac.compare_digest(kept[:_DIGEST], once.digest):
            return None
        return Redacted(kept[_DIGEST:])

    def _tell(self, answer: Redacted[bytes] | None) -> None:
        if answer is None:
            raise IdempotencyKeyReused
        raise AnsweredBefore(answer)
