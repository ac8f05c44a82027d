"""What passwords need: somewhere to be kept, and somebody to hash them."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from auth_core.audit.ports import AuditTx
from auth_core.credentials.passwords.model import CarriedHash, PasswordHash, StoredPassword, Verification
from auth_core.ids import SessionId, UserId
from auth_core.outbox.ports import OutboxTx
from auth_core.redacted import Redacted
from auth_core.revocation.model import Reason
from auth_core.revocation.ports import RevocationsTx


class HashingTurn(Protocol):
    """A place among those whose passwords are being hashed. Only who holds one can hash."""

    async def hash(self, password: Redacted[str]) -> PasswordHash:
        """Hash a password; no two hashes are equal. The password is one `is_hashable` accepts."""
        ...

    async def verify(self, password: Redacted[str], stored: PasswordHash | None) -> Verification:
        """Compare a password with a stored hash; None costs the same and never matches.

        Any text may be given as the password. A broken or absurdly dear stored hash does not match and does not raise.
        """
        ...


class PasswordHasher(Protocol):
    """Hashes passwords slowly, off the event loop, a bounded number at a time."""

    def turn(self) -> AbstractAsyncContextManager[HashingTurn]:
        """Wait in line, before any other work is done. Raises: Busy on entry when the line is too long."""
        ...


class CommonPasswords(Protocol):
    """The passwords everybody tries first."""

    def has(self, word: Redacted[str]) -> bool:
        """Say whether `word`, case-folded and in NFC, is one of them. It may be any text, and is compared as a whole.

        A word that is none may be taken for one, so rarely that nobody meets it.
        """
        ...


class BreachedPasswords(Protocol):
    """The passwords that have become known elsewhere."""

    async def has(self, password: Redacted[str]) -> bool:
        """Say whether `password`, in NFC, is one of them. It is one `is_hashable` accepts.

        Whoever is asked must not learn it. Raises: Unavailable, soon, when nobody can tell.
        """
        ...


class HashTransfer(Protocol):
    """Takes in password hashes that other systems made, and gives ours away in a form that others can read.

    A hash is written in one text, together with everything that belongs to it.
    """

    def look_at(self, written: Redacted[str]) -> CarriedHash:
        """Say what this is. Takes microseconds. Raises: Rejected: unknown, malformed, or too dear for a log-in."""
        ...

    async def take_in(self, written: Redacted[str]) -> PasswordHash:
        """Return what to store: the hasher then verifies the old password and finds the hash stale.

        What is quick to guess is never returned as it is, but under a slow hash: those are made a few at a time,
        however many ask, and nobody is refused. Raises: Rejected, Busy when hashing has been closed.
        """
        ...

    def give_away(self, stored: PasswordHash) -> Redacted[str] | None:
        """Return a stored hash as `take_in` of another service reads it; None when it is unreadable."""
        ...


class Passwords(Protocol):
    """The password of each user."""

    async def add(self, password: StoredPassword, *, now: datetime) -> None:
        """Keep the first password of a user who has none."""
        ...

    async def find(self, user_id: UserId) -> StoredPassword | None:
        """Return the user's password; None when they have none."""
        ...

    async def change(self, user_id: UserId, new: PasswordHash, *, version: int, now: datetime, keep: int = 0) -> bool:
        """Replace version `version` of the password and count it up; the new one need not be changed.

        The latest `keep` former ones are kept, no more.

        Of any number of simultaneous calls with one version exactly one gets True. The user stays locked against
        log-ins until the transaction ends. False when the password has changed since, or the user is not active.
        """
        ...

    async def former(self, user_ids: Sequence[UserId]) -> Sequence[StoredPassword]:
        """Return the former passwords of these users that are kept, the latest of each first."""
        ...

    async def reset(
        self, user_id: UserId, new: PasswordHash, *, must_change: bool, now: datetime, keep: int = 0
    ) -> None:
        """Let the user have this password, whatever they had and whatever their status, and count the version up.

        The latest `keep` former ones are kept, no more.

        Call it with the user locked, as by `Roles.lock_held`: a log-in or a change that looked before finds another
        version.
        """
        ...

    async def demand_change(self, user_id: UserId) -> bool:
        """Let the user choose another password at the next log-in; False when they have none or have to already."""
        ...

    async def rehash(self, user_id: UserId, new: PasswordHash, *, version: int) -> bool:
        """Replace the hash of the same password, if it still has this version; a parallel change wins."""
        ...

    async def count(self) -> int:
        """Return how many there are, at one moment."""
        ...

    async def page(self, *, after: UserId | None, limit: int) -> Sequence[StoredPassword]:
        """Return up to `limit` passwords in the order of their users, those behind `after` first."""
        ...

    async def reseal(self, user_id: UserId, new: PasswordHash, *, old: PasswordHash) -> bool:
        """Replace the hash if it is still `old`, to the letter; anybody else's replacement wins. The version stays.

        A former password's hash is replaced likewise, also when it became one in the meantime.
        """
        ...


class SessionEnding(Protocol):
    """What this room needs of the sessions it does not otherwise know."""

    async def end_others(
        self, user_id: UserId, *, keep: SessionId, because: Reason, now: datetime
    ) -> Sequence[SessionId]:
        """End every session of the user but `keep` that has not been ended, and say which there were."""
        ...


class Owner(Protocol):
    """What is known of whose password it is."""

    @property
    def email(self) -> object: ...

    @property
    def first_name(self) -> str: ...

    @property
    def last_name(self) -> str: ...


class Owners(Protocol):
    """What this room needs of the users it does not otherwise know."""

    async def find(self, user_id: UserId) -> Owner | None:
        """Return the user, whatever their status."""
        ...


class PasswordsTx(AuditTx, Protocol):
    """The transaction slice of this room."""

    @property
    def passwords(self) -> Passwords: ...


class ChangePasswordTx(PasswordsTx, RevocationsTx, OutboxTx, Protocol):
    """What changing a password touches."""

    @property
    def users(self) -> Owners: ...

    @property
    def sessions(self) -> SessionEnding: ...
