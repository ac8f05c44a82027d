"""How other systems write their hashes down."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final, cast

from auth_adapters.foreign_hashes import notation
from auth_adapters.foreign_hashes.argon2 import Argon2
from auth_adapters.foreign_hashes.digests import LENGTHS, Digest, Position
from auth_adapters.foreign_hashes.limits import LONGEST_TEXT, malformed, unusable
from auth_adapters.foreign_hashes.notation import Stored
from auth_adapters.foreign_hashes.over_bcrypt import BcryptOfHex, PlainBcrypt
from auth_adapters.foreign_hashes.pbkdf2 import Pbkdf2
from auth_adapters.foreign_hashes.phc import bytes_of
from auth_adapters.foreign_hashes.scrypt import Scrypt

_LDAP: Final = re.compile(r"\{(S?)(MD5|SHA|SHA256|SHA512)\}([A-Za-z0-9+/=]+)", re.ASCII | re.IGNORECASE)
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
_HEX: Final = re.compile(r"(?:[0-9a-f]{2})+", re.ASCII | re.IGNORECASE)


def read(text: str) -> Stored | Digest:
    """Return the hash of any text that says itself what it is. Raises: Rejected."""
    if len(text) > LONGEST_TEXT:
        raise malformed("password")
    if text.startswith("$"):
        return notation.read(text)
    if text.startswith("{"):
        return _ldap(text) if _LDAP.fullmatch(text) else _keycloak(text)
    if text.startswith(("pbkdf2:", "scrypt:")):
        return _werkzeug(text)
    return _django(text)


def digest(scheme: str, text: str, *, salt: bytes, position: str) -> Digest:
    """Return a digest that is written in hexadecimal or base64. Raises: Rejected."""
    length = LENGTHS.get(scheme)
    if length is None:
        raise unusable("unknown_scheme", f"A scheme is one of {', '.join(LENGTHS)}, or the hash says it itself.")
    key = bytes.fromhex(text) if len(text) == 2 * length and _HEX.fullmatch(text) else bytes_of(text, scheme=scheme)
    if position not in ("before", "after") or len(key) != length:
        raise malformed(scheme)
    place: Position = "none" if not salt else "before" if position == "before" else "after"
    return Digest(scheme=scheme, position=place, salt=salt, key=key)


def _django(text: str) -> Stored | Digest:
    """Read `algorithm$…` (django.contrib.auth.hashers)."""
    algorithm, _, rest = text.partition("$")
    parts = rest.split("$")
    match algorithm, parts:
        case (("pbkdf2_sha256" | "pbkdf2_sha1"), [rounds, salt, key]):
            digest_name = algorithm.removeprefix("pbkdf2_")
            return Pbkdf2(
                digest=digest_name,
                rounds=_number(rounds, "PBKDF2"),
                salt=salt.encode(),
                key=bytes_of(key, scheme="PBKDF2"),
            )
        case "argon2", _:
            return Argon2.parse(f"${rest}")
        case "bcrypt", _:
            return PlainBcrypt(bcrypt=rest)
        case "bcrypt_sha256", _:
            return BcryptOfHex(bcrypt=rest)
        case "scrypt", [n, salt, r, p, key]:
            return Scrypt.of_n(
                n=_number(n, "scrypt"),
                r=_number(r, "scrypt"),
                p=_number(p, "scrypt"),
                salt=salt.encode(),
                key=bytes_of(key, scheme="scrypt"),
            )
        case (("md5" | "sha1"), [salt, key]):
            return digest(algorithm, key, salt=salt.encode(), position="before")
        case _:
            raise unusable("unknown_scheme", "No scheme that is known here writes its hashes like this.")


def _werkzeug(text: str) -> Stored:
    """Read `method$salt$hex` (werkzeug.security, which Flask uses)."""
    parts = text.split("$")
    if len(parts) != 3 or not _HEX.fullmatch(parts[2]):
        raise malformed("Werkzeug")
    method, salt, key = parts[0].split(":"), parts[1].encode(), bytes.fromhex(parts[2])
    match method:
        case ["pbkdf2", name, rounds]:
            return Pbkdf2(digest=name, rounds=_number(rounds, "PBKDF2"), salt=salt, key=key)
        case ["scrypt", n, r, p]:
            numbers = [_number(each, "scrypt") for each in (n, r, p)]
            return Scrypt.of_n(n=numbers[0], r=numbers[1], p=numbers[2], salt=salt, key=key)
        case _:
            raise malformed("Werkzeug")


def _ldap(text: str) -> Digest:
    """Read `{SSHA}base64`, where the salt follows the digest in one base64 (RFC 2307, and what servers made of it)."""
    parts = _LDAP.fullmatch(text)
    if parts is None:
        raise malformed("LDAP")
    salted, name, encoded = parts.groups()
    scheme = {"SHA": "sha1"}.get(name.upper(), name.lower())
    data = bytes_of(encoded, scheme="LDAP")
    key, salt = data[: LENGTHS[scheme]], data[LENGTHS[scheme] :]
    if len(key) != LENGTHS[scheme] or bool(salted) != bool(salt):
        raise malformed("LDAP")
    return Digest(scheme=scheme, position="after" if salt else "none", salt=salt, key=key)


def _keycloak(text: str) -> Stored:
    """Read a credential as it stands in the export of a realm: two documents, each a text in the other."""
    credential = _document(text)
    secret, data = _document(credential.get("secretData")), _document(credential.get("credentialData"))
    algorithm, rounds = data.get("algorithm"), data.get("hashIterations")
    salt, key = secret.get("salt"), secret.get("value")
    if (
        credential.get("type", "password") != "password"
        or not isinstance(algorithm, str)
        or not isinstance(rounds, int)
        or not isinstance(salt, str)
        or not isinstance(key, str)
    ):
        raise malformed("Keycloak")
    if algorithm == "argon2":
        return _keycloak_argon2(data.get("additionalParameters"), passes=rounds, salt=salt, key=key)
    digest_name = {"pbkdf2": "sha1"}.get(algorithm, algorithm.removeprefix("pbkdf2-"))
    return Pbkdf2(
        digest=digest_name,
        rounds=rounds,
        salt=bytes_of(salt, scheme="Keycloak"),
        key=bytes_of(key, scheme="Keycloak"),
    )


def _keycloak_argon2(parameters: object, *, passes: int, salt: str, key: str) -> Argon2:
    values = {name: _only(value) for name, value in _document(parameters).items()}
    return Argon2.of_keycloak(
        kind=values.get("type", ""),
        version=values.get("version", ""),
        memory=_number(values.get("memory", ""), "Keycloak"),
        passes=passes,
        lanes=_number(values.get("parallelism", ""), "Keycloak"),
        salt=salt,
        key=key,
    )


def _only(value: object) -> str:
    """Return the one text of a list, as Keycloak keeps parameters; an empty text for anything else."""
    texts = cast("list[object]", value) if isinstance(value, list) else []
    return texts[0] if len(texts) == 1 and isinstance(texts[0], str) else ""


def _document(value: object) -> Mapping[str, Any]:
    try:
        document: object = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise malformed("Keycloak")
    return cast("dict[str, Any]", document)


def _number(text: str, scheme: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise malformed(scheme)
    return int(text)
