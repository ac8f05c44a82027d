"""The refresh chain: a counter, not a pile of tokens.

Presenting link n trades it for link n + 1. A link that was just used may be presented again for a short while, since
its answer may have been lost, and yields the same successor: as long as the counter stands at n + 1, the successor has
not been used, so honouring a retry (FAPI 2.0) and detecting theft (RFC 9700 §4.14.2) never collide.
"""

from dataclasses import dataclass
from datetime import datetime

from auth_core.access.model import Principal
from auth_core.ids import SessionId
from auth_core.sessions.model import Session
from auth_core.sessions.policy import SessionPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshLink:
    """One link: what a refresh token says."""

    session_id: SessionId
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Advanced:
    """The chain moved on; the session is as it is now, and the principal may do what they may do now."""

    session: Session
    principal: Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """The link before the current one, in time: its answer may have been lost, so the current link is given again."""

    session: Session
    principal: Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Reused:
    """A link that was used up and is too late for a retry: two parties hold this session, and it must end."""

    session: Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Impossible:
    """A link we have not issued yet: our key is known to somebody, or the store was restored from a backup."""

    session: Session


@dataclass(frozen=True, slots=True)
class Gone:
    """There is nothing to refresh: unknown, ended, or its user may not use it."""


type Verdict = Repeated | Reused | Impossible | Gone


def judge(
    session: Session | None, principal: Principal | None, generation: int, *, now: datetime, policy: SessionPolicy
) -> Verdict:
    """Say what it means that link `generation` was presented and could not advance the chain.

    `session` is the row under lock; `principal` is None when its user is not active.
    """
    if session is not None and generation > session.generation:
        return Impossible(session=session)
    if session is None or principal is None or not session.is_live(now):
        return Gone()
    if generation == session.generation:
        # Its user was enabled again between the two looks. Giving the current link again is all a retry would get.
        return Repeated(session=session, principal=principal)
    if generation == session.generation - 1 and now < session.advanced_at + policy.retry_window:
        return Repeated(session=session, principal=principal)
    return Reused(session=session)
