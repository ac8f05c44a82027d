"""What is sealed of an event: digests over one spelling of it, so that every reader comes to the same.

The spelling is JSON without spaces, in ASCII, with sorted keys; a digest is SHA-256.
"""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Final

from auth_core.audit.recorded import RecordedEvent

_EVENT: Final = "auth-service audit event 1"
_PERSONAL: Final = "auth-service audit personal 1"

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


def ticks(moment: datetime) -> int:
    """Return the microseconds since 1970."""
    return (moment - _EPOCH) // _TICK


def moment_of(microseconds: int) -> datetime:
    """Return the moment that many microseconds after 1970. Raises: OverflowError."""
    return _EPOCH + microseconds * _TICK


def spelt(*parts: object) -> bytes:
    """Return the one spelling of `parts`, which are what JSON can say."""
    return json.dumps(parts, separators=(",", ":"), sort_keys=True, ensure_ascii=True).encode("ascii")


def personal_digest(event: RecordedEvent) -> bytes:
    """Return the digest of what can be erased, keyed by the salt; of an erased event the one that was left.

    Whoever puts something in the place of what was erased has it looked at.
    """
    left_of_it = event.personal_digest
    emptied = event.salt is None and not event.details
    if left_of_it is not None and emptied and (event.address, event.user_agent, event.request_id) == (None,) * 3:
        return left_of_it
    said = spelt(_PERSONAL, event.address, event.user_agent, event.request_id, dict(event.details))
    return hmac.digest(event.salt or b"", said, "sha256")


def content_digest(event: RecordedEvent) -> bytes:
    """Return the digest of what an event says: of everything but its id and its times. No two are the same."""
    people = (str(each) if each is not None else None for each in (event.actor, event.subject, event.session_id))
    said = spelt(_EVENT, event.kind, event.outcome, *people, personal_digest(event).hex())
    return hashlib.sha256(said).digest()
