"""Whoever reads what a service answers, which may be another: the keys it signs with, and what it has revoked."""

import json
from collections.abc import Iterator

from auth_adapters.answers import Unreadable
from auth_adapters.revocation_client import _batch_in
from auth_adapters.verify_only.public_keys import NotAKeySet, read_key_set
from tests.fuzz.targets.target import Target, holds

_ID = "0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55"
_UNTIL = "2026-11-24T00:00:00Z"
_FEED = json.dumps(
    {
        "revocations": [
            {"session_id": _ID, "until": _UNTIL},
            {"user_id": _ID, "least_version": 3, "until": _UNTIL},
            {"role": "accountant", "least_version": 1, "until": _UNTIL},
            {"kid": "k", "until": _UNTIL},
            {"later": 1, "until": _UNTIL},
        ],
        "cursor": "1795507512000000.2.83",
    }
).encode()
_KEYS = json.dumps(
    {
        "keys": [
            {
                "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "e",
                "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
            },
            {
                "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "o",
                "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            },
        ]
    }
).encode()  # fmt: skip


def targets() -> Iterator[Target]:
    """Yield the feed of revocations and the key set."""
    yield Target(name="revocation feed", seeds=[_FEED, b'{"revocations":[],"cursor":"x"}', b"[]"], reads=_reads_feed)
    yield Target(name="key set", seeds=[_KEYS, b'{"keys":[]}', b"{}"], reads=_reads_keys)


def _reads_feed(data: bytes) -> bool:
    try:
        batch = _batch_in(data)
    except Unreadable:
        return False
    holds(batch.cursor and len(batch.cursor) <= 200, "a cursor is none")
    holds(all(each.until.tzinfo is not None for each in batch.revocations), "a revocation ends nobody knows when")
    return True


def _reads_keys(data: bytes) -> bool:
    try:
        keys = read_key_set(data)
    except NotAKeySet:
        return False
    for kid, key in keys.items():
        holds(kid, "a key has no name")
        holds(not key.verify(b"anything", b"\0" * 64), "a key verifies what it has not signed")
    return True
