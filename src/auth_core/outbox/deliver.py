"""Deliver what is due: claim a few letters, send them with nothing held, and settle each."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from auth_core.clock import Clock
from auth_core.entropy import Entropy
from auth_core.ids import ClaimId, Ids
from auth_core.outbox.errors import UnreadableMessage
from auth_core.outbox.model import Answer, Attempt, Deferred, Letter, Outcome, Refused, Sent, State
from auth_core.outbox.policy import DeliveryPolicy
from auth_core.outbox.ports import MailPorts, MessageVault, OutboxQueue
from auth_core.tally import Tally

_LEAST_DELAY: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverMessages:
    """Deliver the letters that are due, at least once each, with the same id each time.

    Any number of processes may do so at a time. Whatever is killed when: a letter that was not settled is due again
    once its claim has run out, and whoever held it before then cannot settle it.
    """

    queue: OutboxQueue
    vault: MessageVault
    mail: MailPorts | None
    entropy: Entropy
    ids: Ids
    clock: Clock
    policy: DeliveryPolicy
    outcomes: Tally

    async def __call__(self) -> Sequence[Attempt]:
        """Deliver up to a batch, and say what came of it: nothing when nothing was due. Raises: Unavailable."""
        if self.mail is None:
            return ()
        claim, now = self.ids.claim(), self.clock.now()
        letters = await self.queue.claim(claim, limit=self.policy.batch, now=now, until=now + self.policy.lease)
        # One that cannot be settled must not break off the others while they are being sent.
        attempts = await asyncio.gather(
            *(self._deliver(letter, claim, self.mail) for letter in letters), return_exceptions=True
        )
        for failure in (each for each in attempts if isinstance(each, BaseException)):
            raise failure
        return [each for each in attempts if isinstance(each, Attempt)]

    async def _deliver(self, letter: Letter, claim: ClaimId, mail: MailPorts) -> Attempt:
        outcome = await self._hindered(letter, claim) or await self._settle(
            letter, claim, await self._sent(letter, mail)
        )
        self.outcomes.note(outcome)
        return Attempt(message_id=letter.sealed.id, kind=letter.sealed.kind, number=letter.attempts, outcome=outcome)

    async def _hindered(self, letter: Letter, claim: ClaimId) -> Outcome | None:
        """Return what has become of a letter that must not be sent; None when it may be."""
        now = self.clock.now()
        if now > letter.due_at - self.policy.send_within:
            # This process has slept since it claimed the letter, which is another's before it could be sent.
            return Outcome.OVERTAKEN
        if letter.expires_at is not None and letter.expires_at <= now:
            return await self._end(letter, claim, State.EXPIRED, Outcome.EXPIRED)
        if letter.attempts > self.policy.attempts:
            # No attempt came to its end: it must not go on ending the processes that try.
            reason = "Each attempt ended with its process."
            return await self._end(letter, claim, State.DEAD, Outcome.GIVEN_UP, reason)
        return None

    async def _sent(self, letter: Letter, mail: MailPorts) -> Answer:
        try:
            async with asyncio.timeout(self.policy.send_within.total_seconds()):
                return await mail.mailer.send(mail.wording.compose(self.vault.open(letter.sealed), letter))
        except UnreadableMessage as unreadable:
            return Deferred(f"It cannot be opened: {unreadable}.")
        except TimeoutError:
            return Deferred("It was not sent in time.")
        except Exception as error:  # noqa: BLE001 - what somebody's template or mail server does to us ends here
            return Deferred(f"It could not be sent: {type(error).__name__}.")

    async def _settle(self, letter: Letter, claim: ClaimId, answer: Answer) -> Outcome:
        match answer:
            case Sent():
                return await self._end(letter, claim, State.SENT, Outcome.SENT)
            case Refused(reason):
                return await self._end(letter, claim, State.DEAD, Outcome.REFUSED, reason)
            case Deferred(reason) if letter.attempts >= self.policy.attempts:
                return await self._end(letter, claim, State.DEAD, Outcome.GIVEN_UP, reason)
            case Deferred(reason):
                until = self.clock.now() + self._delay(letter.attempts)
                mine = await self.queue.postpone(letter.sealed.id, claim, until=until, reason=reason)
                return Outcome.DEFERRED if mine else Outcome.OVERTAKEN

    async def _end(
        self, letter: Letter, claim: ClaimId, state: State, outcome: Outcome, reason: str | None = None
    ) -> Outcome:
        mine = await self.queue.end(letter.sealed.id, claim, state, now=self.clock.now(), reason=reason)
        return outcome if mine else Outcome.OVERTAKEN

    def _delay(self, attempts: int) -> timedelta:
        """Return a random time of up to twice what it was the last time: who failed together must not come together."""
        doubled: int = 2 ** min(attempts - 1, 30)
        longest = min(self.policy.first_delay * doubled, self.policy.longest_delay)
        share = int.from_bytes(self.entropy.token_bytes(4)) / (1 << 32)
        return max(_LEAST_DELAY, longest * share)
