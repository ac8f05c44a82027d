"""What sessions need from storage."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from auth_core.access.ports import Principals
from auth_core.audit.ports import AuditTx, TrailTx
from auth_core.credentials.passwords.ports import PasswordsTx
from auth_core.ids import SessionId, UserId
from auth_core.revocation.model import Reason
from auth_core.revocation.ports import RevocationsTx
from auth_core.sessions.model import Others, Session
from auth_core.sessions.refresh_chain import Advanced
from auth_core.users.ports import HoldersTx, ProfileTx, Users


class RefreshChains(Protocol):
    """The generation each session's refresh chain has reached."""

    async def advance(
        self, session_id: SessionId, generation: int, *, now: datetime, idle: timedelta
    ) -> Advanced | None:
        """Move the chain on from `generation`, atomically and durably, and say who holds it now.

        The idle end moves to `now + idle`. Of any number of simultaneous calls exactly one gets `Advanced`, with the
        rights its user has at this moment. None changes nothing: the session is unknown, ended, past its end, past
        this generation, or its user may not use it. Raises: Unavailable, OutcomeUnknown.
        """
        ...


class Sessions(Protocol):
    """Everybody's sessions."""

    async def add(self, session: Session) -> Others:
        """Keep a new session, and say what others there are of its user, at the moment of its creation.

        They are counted to the last one while the user is locked, as by `Users.record_log_in`.
        """
        ...

    async def lock(self, session_id: SessionId) -> Session | None:
        """Return the session, live or not, and keep others from changing it until the transaction ends."""
        ...

    async def end(self, session_id: SessionId, *, because: Reason, now: datetime) -> bool:
        """End the session; False when it is unknown or has been ended before."""
        ...

    async def end_all(self, user_id: UserId, *, because: Reason, now: datetime) -> int:
        """End every session of the user that has not been ended and say how many there were.

        Those past their end by our clock are ended too: another clock may not think so. The user stays locked against
        log-ins until the transaction ends.
        """
        ...

    async def end_others(
        self, user_id: UserId, *, keep: SessionId, because: Reason, now: datetime
    ) -> Sequence[SessionId]:
        """Do the same to every session of the user but `keep`, and say which there were."""
        ...

    async def end_longest_unused(
        self, user_id: UserId, *, keep: SessionId, spare: int, because: Reason, now: datetime
    ) -> Sequence[SessionId]:
        """End the live sessions of the user but `keep` and the `spare` refreshed last, and say which there were."""
        ...

    async def live_of(self, user_id: UserId, *, now: datetime) -> Sequence[Session]:
        """Return the sessions of the user that can be used at `now`, the one refreshed last first."""
        ...


class SessionsTx(AuditTx, RevocationsTx, Protocol):
    """The transaction slice of this room."""

    @property
    def sessions(self) -> Sessions: ...


class LogOutEverywhereTx(SessionsTx, Protocol):
    """What signing out everywhere touches."""

    @property
    def users(self) -> Users: ...


class SessionsOfUserTx(SessionsTx, ProfileTx, Protocol):
    """What is touched by whoever ends the sessions of another person."""


class RefreshTx(SessionsTx, Protocol):
    """What a refresh that is not the normal case looks at."""

    @property
    def principals(self) -> Principals: ...


class OwnDataTx(SessionsTx, ProfileTx, HoldersTx, PasswordsTx, TrailTx, Protocol):
    """What is read to tell somebody everything that is held on them."""
