"""The revocations a process knows: looked at for every token, without I/O."""

import heapq
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from auth_core.ids import SessionId, UserId
from auth_core.revocation.model import (
    KeyRevocation,
    Revocation,
    RoleRevocation,
    SessionRevocation,
    UserRevocation,
)
from auth_core.revocation.ports import Batch, Cursor

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A look at the feed that has begun: where it starts, and what it can vouch for once it is answered."""

    after: Cursor | None
    began_at: datetime
    doubts: int


class RevokedSet:
    """What is revoked, as far as this process has been told, and how far that can be relied on.

    A token it covers is revoked. That a token is not covered means something only while the set is current: confirmed a
    short while ago by a feed, complete, and not in doubt. Entries go when no token can outlive them; there are never
    more than `most`, and where there would be, the set is not current until it has been told everything anew. Keys are
    few, and are not counted in that.
    """

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._sessions: dict[SessionId, datetime] = {}
        self._users: dict[UserId, tuple[int, datetime]] = {}
        self._roles: dict[str, tuple[int, datetime]] = {}
        self._keys: dict[str, datetime] = {}
        self._when_a_key_goes: list[Callable[[], None]] = []
        self._ends: list[tuple[datetime, UUID]] = []
        self._cursor: Cursor | None = None
        self._confirmed_at: datetime | None = None
        self._doubts = 0
        self._overflowed = False
        self._dropped_until = _NEVER

    def __len__(self) -> int:
        """Return how many sessions, users, roles and keys have an entry."""
        return self._counted + len(self._keys)

    def covers(
        self, *, session_id: SessionId, user_id: UserId, version: int, roles: Collection[str], roles_version: int
    ) -> bool:
        """Say whether a token is known to be revoked: by its session, by the version of its user, or of a role."""
        if session_id in self._sessions:
            return True
        revoked = self._users.get(user_id)
        if revoked is not None and version < revoked[0]:
            return True
        # Roles change rarely: mostly there is nothing to look for.
        return bool(self._roles) and any(role in self._roles and roles_version < self._roles[role][0] for role in roles)

    def covers_key(self, kid: str) -> bool:
        """Say whether every token under this key is known to be revoked."""
        return kid in self._keys

    def when_a_key_goes(self, tell: Callable[[], None]) -> None:
        """Call `tell` whenever another key is known to be revoked: whoever remembers its tokens has to look again."""
        self._when_a_key_goes.append(tell)

    def staleness(self, now: datetime) -> timedelta | None:
        """Return how long ago the set was confirmed; None when it is not known to be complete at all."""
        if self._confirmed_at is None or self._overflowed:
            return None
        return now - self._confirmed_at

    def is_current(self, now: datetime, *, allowed_lag: timedelta) -> bool:
        """Say whether what is not in the set can be taken for not revoked."""
        staleness = self.staleness(now)
        # Below zero the clock was turned back: nobody knows how long ago it was.
        return staleness is not None and timedelta(0) <= staleness <= allowed_lag

    def add(self, revocations: Iterable[Revocation]) -> None:
        """Let these be in force. Adding one twice is adding it once."""
        for revocation in revocations:
            match revocation:
                case SessionRevocation(session_id=session_id, until=until):
                    self._add_session(session_id, until)
                case UserRevocation(user_id=user_id, least_version=version, until=until):
                    self._add_user(user_id, version, until)
                case RoleRevocation(role=role, least_version=version, until=until):
                    self._add_role(role, version, until)
                case KeyRevocation(kid=kid, until=until):
                    self._add_key(kid, until)

    def doubt(self) -> None:
        """Take nothing for current that was looked up before now: something may have come into force, or not."""
        self._doubts += 1
        self._confirmed_at = None

    def look(self, now: datetime) -> Look:
        """Return from where to ask the feed; from the beginning when something is missing here."""
        missing = (self._overflowed and self._counted <= self._most // 2) or now < self._dropped_until
        return Look(after=None if missing else self._cursor, began_at=now, doubts=self._doubts)

    def take_in(self, batch: Batch, look: Look) -> None:
        """Know what the feed answered to `look`, and be confirmed as of the moment that began."""
        if look.after is None:
            self._overflowed = False
            self._dropped_until = _NEVER
        self.add(batch.revocations)
        self._drop(look.began_at)
        self._cursor = batch.cursor
        if look.doubts == self._doubts:
            self._confirmed_at = look.began_at

    def start_over(self) -> None:
        """Ask for everything at the next look: the feed failed, and may not be the same when it is back."""
        self._cursor = None

    def _add_session(self, session_id: SessionId, until: datetime) -> None:
        known = self._sessions.get(session_id)
        if self._has_room() if known is None else known < until:
            self._sessions[session_id] = until
            heapq.heappush(self._ends, (until, session_id))

    def _add_user(self, user_id: UserId, version: int, until: datetime) -> None:
        known_version, known_until = self._users.get(user_id, (0, _NEVER))
        if known_until is not _NEVER or self._has_room():
            self._users[user_id] = max(known_version, version), max(known_until, until)
            if known_until < until:
                heapq.heappush(self._ends, (until, user_id))

    def _add_role(self, role: str, version: int, until: datetime) -> None:
        known_version, known_until = self._roles.get(role, (0, _NEVER))
        if known_until is not _NEVER or self._has_room():
            self._roles[role] = max(known_version, version), max(known_until, until)

    def _add_key(self, kid: str, until: datetime) -> None:
        is_news = kid not in self._keys
        self._keys[kid] = max(self._keys.get(kid, _NEVER), until)
        if is_news:
            for tell in self._when_a_key_goes:
                tell()

    @property
    def _counted(self) -> int:
        return len(self._sessions) + len(self._users) + len(self._roles)

    def _has_room(self) -> bool:
        if self._counted < self._most:
            return True
        self._overflowed = True
        return False

    def _drop(self, now: datetime) -> None:
        """Forget what no token can outlive."""
        for kid in [kid for kid, until in self._keys.items() if until <= now]:
            self._dropped_until = max(self._dropped_until, self._keys.pop(kid))
        while self._ends and self._ends[0][0] <= now:
            until, subject = heapq.heappop(self._ends)
            self._dropped_until = max(self._dropped_until, until)
            # It may have been revoked again since, for longer.
            if self._sessions.get(SessionId(subject), _NEVER) <= now:
                self._sessions.pop(SessionId(subject), None)
            if self._users.get(UserId(subject), (0, _NEVER))[1] <= now:
                self._users.pop(UserId(subject), None)
        # There are never many, so they are all looked at.
        for role in [role for role, (_, until) in self._roles.items() if until <= now]:
            self._dropped_until = max(self._dropped_until, self._roles.pop(role)[1])
