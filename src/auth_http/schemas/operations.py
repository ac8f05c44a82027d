"""What operators and machines are told: the key set, and how the process is."""

from typing import Literal

from pydantic import ConfigDict

from auth_http.schemas.document import Answered, example


class Key(Answered):
    """A public key (RFC 7517 §4); its `kid` is its thumbprint (RFC 7638)."""

    model_config = ConfigDict(extra="allow")

    kty: str
    kid: str


class KeySet(Answered):
    """The public keys that sign, will sign, or have signed what is still good (RFC 7517 §5)."""

    model_config = ConfigDict(
        json_schema_extra=example(
            keys=[
                {
                    "kty": "EC",
                    "crv": "P-256",
                    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                    "kid": "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U",
                    "alg": "ES256",
                    "use": "sig",
                }
            ]
        )
    )

    keys: tuple[Key, ...]


class Alive(Answered):
    """The process runs."""

    model_config = ConfigDict(json_schema_extra=example(status="alive"))

    status: Literal["alive"] = "alive"


class Ready(Answered):
    """The process can serve; `checks` are what was looked at, `warnings` what it does not need in order to serve."""

    model_config = ConfigDict(
        json_schema_extra=example(status="ready", checks={"database": "ok", "keys": "ok"}, warnings={})
    )

    status: Literal["ready"] = "ready"
    checks: dict[str, Literal["ok"]]
    warnings: dict[str, str]
