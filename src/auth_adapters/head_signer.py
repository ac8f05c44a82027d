"""Signs the heads of the audit trail: HMAC-SHA-256 under keys that are not in the store. Needs no package."""

import hmac
from collections.abc import Iterable
from typing import Protocol

from auth_core.audit.chain import Signature
from auth_core.audit.ports import Judgement
from auth_core.redacted import Redacted


class Key(Protocol):
    """A secret and the name by which it is found again, such as `master_secret.DerivedKey`."""

    @property
    def id(self) -> str: ...

    @property
    def secret(self) -> Redacted[bytes]: ...


class HmacHeadSigner:
    """Signs under the current key, and knows what any of its keys has signed."""

    def __init__(self, current: Key, *, previous: Iterable[Key] = ()) -> None:
        self._current = current.id
        self._secrets = {key.id: key.secret for key in (*previous, current)}

    def sign(self, head: bytes) -> Signature:
        return Signature(key_id=self._current, mac=self._mac(self._current, head))

    def judge(self, head: bytes, signature: Signature) -> Judgement:
        if signature.key_id not in self._secrets:
            return Judgement.UNKNOWN_KEY
        is_ours = hmac.compare_digest(self._mac(signature.key_id, head), signature.mac)
        return Judgement.VALID if is_ours else Judgement.INVALID

    def _mac(self, key_id: str, head: bytes) -> bytes:
        return hmac.digest(self._secrets[key_id].reveal(), b"auth-service audit head 1" + head, "sha256")
