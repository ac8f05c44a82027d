"""Strict reading of a compact JSON Web Signature (RFC 7515 §3.1): one token has one spelling.

Libraries forgive what this does not: padding, stray bits in the last character, unknown headers, a `typ` nobody
looked at, members given twice, NaN. Whatever is forgiven is another way to write a revoked token, or a token of one
kind dressed as another (RFC 8725 §3.11, §3.12).
"""

import base64
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple, Never, cast

from auth_core.tokens.errors import InvalidToken, MalformedToken

LARGEST_TOKEN: Final = 8192

_HEADERS_KEPT: Final = 64


class CompactJws(NamedTuple):
    """A token taken apart. Nothing in it is to be believed before its signature has been checked."""

    algorithm: str
    kid: str
    signing_input: bytes
    signature: bytes
    unverified_payload: bytes


def read(token: str, *, typ: str) -> CompactJws:
    """Take a token of the kind `typ` apart.

    The header may hold `alg`, `typ` and `kid` and nothing else: `jku`, `jwk`, `x5u` and `crit` have no meaning here.

    Raises: MalformedToken when the text is no compact JWS, InvalidToken when it is one of another kind.
    """
    signing_input, _, encoded_signature = token.rpartition(".")
    encoded_header, _, encoded_payload = signing_input.partition(".")
    if len(token) > LARGEST_TOKEN or not encoded_header or not encoded_payload:
        raise MalformedToken
    header = _read_header(encoded_header)
    payload = _decode(encoded_payload)
    signature = _decode(encoded_signature)
    if header is None or header.typ != typ:
        raise InvalidToken
    return CompactJws(
        algorithm=header.alg,
        kid=header.kid,
        signing_input=signing_input.encode("ascii"),
        signature=signature,
        unverified_payload=payload,
    )


def write_signing_input(header: Mapping[str, str], payload: Mapping[str, object]) -> bytes:
    """Return what is to be signed for this header and payload."""
    return f"{_write_header(*header.items())}.{_encode(_json(payload))}".encode("ascii")


def write(signing_input: bytes, signature: bytes) -> str:
    """Return the token."""
    return f"{signing_input.decode('ascii')}.{_encode(signature)}"


def members(document: bytes) -> Mapping[str, object]:
    """Parse a JSON object in UTF-8, without members given twice and without NaN. Raises: MalformedToken."""
    try:
        parsed = _DECODER.decode(document.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise MalformedToken from error
    if not isinstance(parsed, dict):
        raise MalformedToken
    return cast("dict[str, object]", parsed)


class _Header(NamedTuple):
    alg: str
    typ: str
    kid: str


# There are few headers: one for each key that is in use.
@lru_cache(maxsize=_HEADERS_KEPT)
def _read_header(encoded: str) -> _Header | None:
    """Return a header, None for one that says more or less than ours. Raises: MalformedToken."""
    header = members(_decode(encoded))
    if set(header) != set(_Header._fields) or not all(isinstance(each, str) for each in header.values()):
        return None
    return _Header(**cast("dict[str, str]", header))


@lru_cache(maxsize=_HEADERS_KEPT)
def _write_header(*header: tuple[str, str]) -> str:
    return _encode(_json(dict(header)))


def _json(value: Mapping[str, object]) -> bytes:
    return _ENCODER.encode(value).encode("ascii")


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    """Decode base64url and refuse every spelling but the canonical one (RFC 4648 §3.5): no other alphabet either."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise MalformedToken from error
    if _encode(data) != text:
        raise MalformedToken
    return data


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    parsed = dict(pairs)
    if len(parsed) != len(pairs):
        raise ValueError("a member is given twice")
    return parsed


def _refuse_constant(constant: str) -> Never:
    raise ValueError(f"{constant} is no JSON")


# Made once: `json.loads` and `json.dumps` make new ones at every call that asks for anything of its own.
_DECODER: Final = json.JSONDecoder(object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant)
_ENCODER: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True)
