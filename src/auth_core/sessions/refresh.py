"""Trade a refresh token for its successor."""

from dataclasses import dataclass, field
from typing import Final

from auth_core.audit.events import EventKind, Outcome
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.origin import Origin
from auth_core.redacted import Redacted
from auth_core.revocation.model import Reason
from auth_core.sessions.ending import SessionEnd
from auth_core.sessions.errors import InvalidRefreshToken
from auth_core.sessions.model import TokenPair
from auth_core.sessions.policy import SessionPolicy
from auth_core.sessions.ports import RefreshChains, RefreshTx
from auth_core.sessions.refresh_chain import Advanced, Gone, Impossible, Repeated, Reused, Verdict, judge
from auth_core.sessions.token_pair import TokenPairs
from auth_core.tally import Tally
from auth_core.unit_of_work import UnitOfWork

UNREADABLE: Final = "unreadable"
"""What came of a text that is no refresh token of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """Trade a refresh token for its successor; repeat a lost answer; treat a late second use as theft."""

    chains: RefreshChains
    uow: UnitOfWork[RefreshTx]
    token_pairs: TokenPairs
    end_session: SessionEnd
    record: Recorder
    clock: Clock
    policy: SessionPolicy
    outcomes: Tally = field(default_factory=Tally)

    async def __call__(self, *, refresh_token: Redacted[str], origin: Origin) -> TokenPair:
        """Return the new pair.

        Raises: InvalidRefreshToken for every link that may not be traded; Unavailable and OutcomeUnknown, after which
        the same token may be presented again.
        """
        try:
            link = self.token_pairs.read_refresh_token(refresh_token)
        except InvalidRefreshToken:
            self.outcomes.note(UNREADABLE)
            raise
        now = self.clock.now()
        advanced = await self.chains.advance(link.session_id, link.generation, now=now, idle=self.policy.idle)
        if advanced is not None:
            self.outcomes.note(outcome_of(advanced))
            return self.token_pairs.pair(advanced.session, advanced.principal, now=now)

        async with self.uow() as tx:
            session = await tx.sessions.lock(link.session_id)
            principal = await tx.principals.find(session.user_id) if session else None
            verdict = judge(session, principal, link.generation, now=now, policy=self.policy)
            match verdict:
                case Reused(session=stolen):
                    await self.end_session(
                        tx,
                        stolen.id,
                        of=stolen.user_id,
                        because=Reason.REFRESH_TOKEN_REUSED,
                        event=EventKind.REFRESH_TOKEN_REUSED,
                        actor=None,
                        origin=origin,
                        now=now,
                    )
                case Impossible(session=strange):
                    await self.record(
                        tx,
                        EventKind.REFRESH_TOKEN_IMPOSSIBLE,
                        outcome=Outcome.FAILURE,
                        at=now,
                        origin=origin,
                        subject=strange.user_id,
                        actor=None,
                        session_id=strange.id,
                        generation=link.generation,
                    )
                case Repeated() | Gone():
                    pass
        self.outcomes.note(outcome_of(verdict))
        # Raised out here on purpose: inside the block it would undo the revocation a stolen link has just caused.
        match verdict:
            case Repeated(session=session, principal=principal):
                return self.token_pairs.pair(session, principal, now=now)
            case Reused() | Impossible() | Gone():
                raise InvalidRefreshToken


def outcome_of(verdict: Advanced | Verdict) -> str:
    """Return what came of a link, in a word."""
    return type(verdict).__name__.lower()
