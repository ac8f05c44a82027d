"""The same password as other systems write it down, made by their own means and as cheap as can be."""

import base64
import hashlib
import json
from typing import Final

import bcrypt
from argon2 import PasswordHasher, Type

PASSWORD: Final = "pa55 wörd"
_BYTES: Final = PASSWORD.encode()


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bcrypt(key: bytes, prefix: str = "2b") -> str:
    return bcrypt.hashpw(key, bcrypt.gensalt(4)).decode().replace("$2b$", f"${prefix}$")


def _argon2(kind: Type) -> str:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, type=kind).hash(PASSWORD)


def _pbkdf2(digest: str, salt: bytes, length: int | None = None) -> bytes:
    return hashlib.pbkdf2_hmac(digest, _BYTES, salt, 3, length)


def _keycloak(algorithm: str, rounds: int, key: bytes, salt: bytes, **parameters: list[str]) -> str:
    return json.dumps(
        {
            "id": "6a1d3ad6-8e2c-4fbf-9d5b-ef5c6b1d0d9f",
            "type": "password",
            "createdDate": 1700000000000,
            "secretData": json.dumps({"value": _b64(key), "salt": _b64(salt), "additionalParameters": {}}),
            "credentialData": json.dumps(
                {"hashIterations": rounds, "algorithm": algorithm, "additionalParameters": parameters}
            ),
        }
    )


def _keycloak_argon2() -> str:
    _, _, _, _, salt, key = _argon2(Type.ID).split("$")
    return _keycloak(
        "argon2",
        1,
        base64.b64decode(key + "=="),
        base64.b64decode(salt + "=="),
        hashLength=["32"], memory=["8"], type=["id"], version=["1.3"], parallelism=["1"],
    )  # fmt: skip


SELF_DESCRIBING: Final = {
    "bcrypt 2a": _bcrypt(_BYTES, "2a"),
    "bcrypt 2b": _bcrypt(_BYTES),
    "bcrypt 2y": _bcrypt(_BYTES, "2y"),
    "argon2i": _argon2(Type.I),
    "argon2d": _argon2(Type.D),
    "argon2id": _argon2(Type.ID),
    "scrypt as PHC": "$scrypt$ln=4,r=1,p=1$c2FsdA$"
    + _b64(hashlib.scrypt(_BYTES, salt=b"salt", n=16, r=1, p=1, dklen=32)).rstrip("="),
    "Django pbkdf2_sha256": f"pbkdf2_sha256$3$seasalt${_b64(_pbkdf2('sha256', b'seasalt'))}",
    "Django pbkdf2_sha1": f"pbkdf2_sha1$3$seasalt${_b64(_pbkdf2('sha1', b'seasalt'))}",
    "Django argon2": f"argon2{_argon2(Type.ID)}",
    "Django bcrypt": f"bcrypt${_bcrypt(_BYTES)}",
    "Django bcrypt_sha256": f"bcrypt_sha256${_bcrypt(hashlib.sha256(_BYTES).hexdigest().encode())}",
    "Django scrypt": "scrypt$16$seasalt$1$1$" + _b64(hashlib.scrypt(_BYTES, salt=b"seasalt", n=16, r=1, p=1)),
    "Django md5": "md5$seasalt$" + hashlib.md5(b"seasalt" + _BYTES).hexdigest(),
    "Werkzeug pbkdf2": f"pbkdf2:sha256:3$salt${_pbkdf2('sha256', b'salt').hex()}",
    "Werkzeug scrypt": "scrypt:16:1:1$salt$" + hashlib.scrypt(_BYTES, salt=b"salt", n=16, r=1, p=1).hex(),
    "Keycloak pbkdf2-sha256": _keycloak("pbkdf2-sha256", 3, _pbkdf2("sha256", b"\x01\xff" * 8, 64), b"\x01\xff" * 8),
    "Keycloak pbkdf2-sha512": _keycloak("pbkdf2-sha512", 3, _pbkdf2("sha512", b"\x01\xff" * 8, 64), b"\x01\xff" * 8),
    "Keycloak argon2": _keycloak_argon2(),
    "LDAP SSHA": "{SSHA}" + _b64(hashlib.sha1(_BYTES + b"salt").digest() + b"salt"),
    "LDAP SHA": "{SHA}" + _b64(hashlib.sha1(_BYTES).digest()),
    "LDAP SSHA512": "{SSHA512}" + _b64(hashlib.sha512(_BYTES + b"salt").digest() + b"salt"),
}
"""Hashes that say themselves what they are."""

DIGESTS: Final = {
    "plain md5": {"password_hash": hashlib.md5(_BYTES).hexdigest(), "password_scheme": "md5"},
    "plain sha1": {"password_hash": hashlib.sha1(_BYTES).hexdigest(), "password_scheme": "sha1"},
    "sha256, salt before": {
        "password_hash": hashlib.sha256(b"pepper" + _BYTES).hexdigest(),
        "password_scheme": "SHA-256",
        "password_salt": "pepper",
    },
    "sha512, salt after, in hexadecimal": {
        "password_hash": _b64(hashlib.sha512(_BYTES + b"\x00\xff").digest()),
        "password_scheme": "sha512",
        "password_salt": "00ff",
        "password_salt_encoding": "hex",
        "password_salt_position": "after",
    },
}
"""What a row says of a digest, which does not."""

FIREBASE: Final = {
    "base64_signer_key": "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
    "base64_salt_separator": "Bw==",
    "rounds": 8,
    "mem_cost": 14,
}
"""The parameters of the example that Firebase publishes with its scrypt."""
FIREBASE_PASSWORD: Final = "user1password"
FIREBASE_SALT: Final = "42xEC+ixf3L2lw=="
FIREBASE_HASH: Final = "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ=="
