"""For whoever receives webhooks, ours or anybody's that keep to Standard Webhooks: is this to be believed?"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from auth_core.redacted import Redacted
from auth_core.webhooks.errors import InvalidWebhook
from auth_core.webhooks.signature import read, signature

_LONGEST_TIMESTAMP: Final = 12
_MOST_SIGNATURES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedWebhook:
    """A message whose sender knew the secret. Whoever gets one twice sees the same `id`: keep it, and act once.

    `attempted_at` is when it was sent this time; when what it tells of happened stands in the body.
    """

    id: str
    attempted_at: datetime
    body: bytes


def verify_webhook(
    headers: Mapping[str, str],
    body: bytes,
    secrets: str | Redacted[str] | Iterable[str | Redacted[str]],
    *,
    now: datetime,
    tolerance: timedelta = timedelta(minutes=5),
) -> VerifiedWebhook:
    """Return the message if one of your secrets has signed it, within `tolerance` of `now` (which has a time zone).

    `body` is what was received, byte by byte, before anything has read or changed it; names of headers are taken in
    any case. While a secret is being replaced, give both. How long it takes says nothing of a secret.

    Raises: InvalidWebhook; ValueError for a secret that is none, or for no secret at all.
    """
    keys = [read(each.reveal() if isinstance(each, Redacted) else each) for each in _several(secrets)]
    if not keys:
        raise ValueError("there is no secret to verify with")
    message_id, timestamp, given = _told_by(headers)
    if abs(now.timestamp() - timestamp) > tolerance.total_seconds():
        raise InvalidWebhook("It was sent too long ago, or the clocks differ by too much.")
    # Neither the order of signatures nor which of them fits is to be told by how long it takes.
    fits = False
    for key in keys:
        ours = signature(key, message_id=message_id, timestamp=timestamp, body=body).encode("ascii")
        for each in given:
            fits |= hmac.compare_digest(ours, each.encode("utf-8", "surrogatepass"))
    if not fits:
        raise InvalidWebhook("None of the secrets has signed it.")
    return VerifiedWebhook(id=message_id, attempted_at=datetime.fromtimestamp(timestamp, tz=now.tzinfo), body=body)


def _several(secrets: str | Redacted[str] | Iterable[str | Redacted[str]]) -> Iterable[str | Redacted[str]]:
    return (secrets,) if isinstance(secrets, (str, Redacted)) else secrets


def _told_by(headers: Mapping[str, str]) -> tuple[str, int, list[str]]:
    """Return the id, the time and the signatures a message says it has. Raises: InvalidWebhook."""
    named = {name.lower(): text for name, text in headers.items()}
    message_id, time = named.get("webhook-id", ""), named.get("webhook-timestamp", "")
    signatures = named.get("webhook-signature", "").split(" ")
    if not message_id or not any(signatures):
        raise InvalidWebhook("It has no id, or no signature.")
    if not (time.isascii() and time.isdigit() and len(time) <= _LONGEST_TIMESTAMP):
        raise InvalidWebhook("Its time is none.")
    return message_id, int(time), signatures[:_MOST_SIGNATURES]
