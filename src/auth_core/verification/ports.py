"""What proving addresses needs from storage."""

from datetime import datetime, timedelta
from typing import Protocol

from auth_core.ids import UserId
from auth_core.outbox.ports import OutboxTx
from auth_core.verification.model import OneTimeToken, Purpose, TokenDigest


class OneTimeTokens(Protocol):
    """The tokens that have been sent and not been used. None of these verbs takes more than the token's own row."""

    async def add(self, token: OneTimeToken) -> None:
        """Keep the token. Unless its purpose is one of many, it takes the place of the user's older one.

        Of any number that are added at once for such a purpose one is left.
        """
        ...

    async def find(self, digest: TokenDigest, purpose: Purpose, *, now: datetime) -> OneTimeToken | None:
        """Return the token that is good for this purpose at `now`, and leave it as it is."""
        ...

    async def spend(self, digest: TokenDigest, purpose: Purpose, *, now: datetime) -> OneTimeToken | None:
        """Return the token that is good for this purpose at `now`, which it is never again once this is committed.

        Of any number of simultaneous calls exactly one gets it.
        """
        ...

    async def forget(self, user_id: UserId, *, made_since: datetime | None = None) -> int:
        """Let no token of the user be good that was made at `made_since` or later, or none at all; say how many."""
        ...

    async def can_be_undone_to(self, email: str, *, now: datetime) -> bool:
        """Say whether somebody who had this canonical address can still take it back."""
        ...


class MailAllowances(Protocol):
    """How much mail is sent to one address at anybody's request."""

    async def take(self, email: str, kind: str, *, most: int, window: timedelta, now: datetime) -> bool:
        """Count one mail of this kind to this canonical address; False, and nothing is counted, when there were `most`.

        They are counted from the first on until `window` is over. Of any number of simultaneous calls no more get True.
        """
        ...


class VerificationTx(OutboxTx, Protocol):
    """The transaction slice of this room."""

    @property
    def one_time_tokens(self) -> OneTimeTokens: ...

    @property
    def mail_allowances(self) -> MailAllowances: ...
