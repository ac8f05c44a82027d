"""Ways to refresh that look right and are not."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from auth_core import AuthCore, InvalidRefreshToken, Origin, Policies, Ports, Redacted, SessionPolicy
from auth_core.access.model import Principal
from auth_core.revocation.model import Reason
from auth_core.sessions.model import Session, TokenPair
from auth_core.sessions.refresh import Refresh
from auth_core.sessions.refresh_chain import RefreshLink, Reused, judge
from tests.proof.real_service import Assembled
from tests.proof.seeded_bugs.bug import Bug, refreshing_by


class _Broken(Refresh):
    """Has a look at the session before it does what the real one does."""

    async def _look(self, link: RefreshLink) -> tuple[Session, Principal] | None:
        async with self.uow() as tx:
            session = await tx.sessions.lock(link.session_id)
            principal = await tx.principals.find(session.user_id) if session else None
        if session is None or principal is None or not session.is_live(self.clock.now()):
            return None
        return session, principal


class RaisesInside(_Broken):
    """Tells of the theft before the end of the session is committed, and so undoes it."""

    async def __call__(self, *, refresh_token: Redacted[str], origin: Origin) -> TokenPair:
        link = self.token_pairs.read_refresh_token(refresh_token)
        now = self.clock.now()
        if found := await self._look(link):
            async with self.uow() as tx:
                verdict = judge(*found, link.generation, now=now, policy=self.policy)
                if isinstance(verdict, Reused) and link.generation < verdict.session.generation:
                    await tx.sessions.end(link.session_id, because=Reason.REFRESH_TOKEN_REUSED, now=now)
                    raise InvalidRefreshToken
        return await super().__call__(refresh_token=refresh_token, origin=origin)


class AsksFirst(_Broken):
    """Looks into the store before it looks at the signature."""

    async def __call__(self, *, refresh_token: Redacted[str], origin: Origin) -> TokenPair:
        async with self.uow():
            pass
        return await super().__call__(refresh_token=refresh_token, origin=origin)


class ForgetsTheGeneration(_Broken):
    """Takes any old link for a retry while the window is open."""

    async def __call__(self, *, refresh_token: Redacted[str], origin: Origin) -> TokenPair:
        link = self.token_pairs.read_refresh_token(refresh_token)
        if found := await self._look(link):
            session, principal = found
            in_time = self.clock.now() < session.advanced_at + self.policy.retry_window
            if link.generation < session.generation and in_time:
                return self.token_pairs.pair(session, principal, now=self.clock.now())
        return await super().__call__(refresh_token=refresh_token, origin=origin)


class AdvancesAgain(_Broken):
    """Answers a retry with a link of its own: of the two links there are then, one will be taken for stolen."""

    async def __call__(self, *, refresh_token: Redacted[str], origin: Origin) -> TokenPair:
        found = await self._look(self.token_pairs.read_refresh_token(refresh_token))
        pair = await super().__call__(refresh_token=refresh_token, origin=origin)
        if found and found[0].generation == pair.session.generation:
            return await super().__call__(refresh_token=pair.refresh_token, origin=origin)
        return pair


class TakesAlarmsForTheft(_Broken):
    """Ends the session for a link that was never given: whoever has an old backup can sign everybody out."""

    async def __call__(self, *, refresh_token: Redacted[str], origin: Origin) -> TokenPair:
        link = self.token_pairs.read_refresh_token(refresh_token)
        found = await self._look(link)
        if found and link.generation > found[0].generation:
            async with self.uow() as tx:
                await tx.sessions.end(link.session_id, because=Reason.REFRESH_TOKEN_REUSED, now=self.clock.now())
        return await super().__call__(refresh_token=refresh_token, origin=origin)


@dataclass(frozen=True, kw_only=True)
class CountsFromItsStart(_Broken):
    """Lets every link that was used before the process began be used once more."""

    started_at: datetime

    async def __call__(self, *, refresh_token: Redacted[str], origin: Origin) -> TokenPair:
        link = self.token_pairs.read_refresh_token(refresh_token)
        if found := await self._look(link):
            session, principal = found
            if link.generation < session.generation and session.advanced_at < self.started_at:
                return self.token_pairs.pair(session, principal, now=self.clock.now())
        return await super().__call__(refresh_token=refresh_token, origin=origin)


def _counting_from_the_start(ports: Ports, policies: Policies) -> AuthCore:
    started_at = ports.clock.now()

    def make(ingredients: dict[str, Any]) -> Refresh:
        return CountsFromItsStart(started_at=started_at, **ingredients)

    return refreshing_by(make)(ports, policies)


def with_window(retry_window: timedelta) -> Assembled:
    """Return a wiring whose window is this, whatever the policy."""

    def make(ingredients: dict[str, Any]) -> Refresh:
        return replace(Refresh(**ingredients), policy=SessionPolicy(retry_window=retry_window))

    return refreshing_by(make)


BUGS: Final = (
    Bug(
        name="the end after a reuse is rolled back",
        found_as="a session that had ended is live",
        assembled=refreshing_by(lambda given: RaisesInside(**given)),
    ),
    Bug(
        name="storage is asked before the signature is checked",
        found_as="a text without our signature reached the store",
        assembled=refreshing_by(lambda given: AsksFirst(**given)),
    ),
    Bug(
        name="the window forgets the generation",
        found_as="a link was traded that had been used up",
        assembled=refreshing_by(lambda given: ForgetsTheGeneration(**given)),
    ),
    Bug(
        name="a retry advances the chain again",
        found_as="a link was traded for another than its successor",
        assembled=refreshing_by(lambda given: AdvancesAgain(**given)),
    ),
    Bug(
        name="a link never given ends the session",
        found_as="an acknowledged link that nobody had used did not work",
        assembled=refreshing_by(lambda given: TakesAlarmsForTheft(**given)),
    ),
    Bug(
        name="links used before a restart are good again",
        found_as="a link was traded that had been used up",
        assembled=_counting_from_the_start,
    ),
    Bug(
        name="there is no window",
        found_as="one link, presented by many at once, had different answers",
        assembled=with_window(timedelta(0)),
    ),
    Bug(
        name="the window is too long",
        found_as="a link was traded that had been used up",
        assembled=with_window(timedelta(minutes=5)),
    ),
)
