"""A signer of heads for tests, with a key that everybody knows."""

import hmac
from typing import Final

from auth_core.audit.chain import Signature
from auth_core.audit.ports import Judgement

_KEY: Final = b"known to everybody"


class UnsafeHeadSigner:
    """Signs so that every test can tell what was signed, and everybody could sign."""

    def __init__(self, key_id: str = "unsafe") -> None:
        self._key_id = key_id

    def sign(self, head: bytes) -> Signature:
        """Return the signature under the one key there is."""
        return Signature(key_id=self._key_id, mac=hmac.digest(_KEY + self._key_id.encode(), head, "sha256"))

    def judge(self, head: bytes, signature: Signature) -> Judgement:
        """Say whether it is what `sign` returns."""
        if signature.key_id != self._key_id:
            return Judgement.UNKNOWN_KEY
        return Judgement.VALID if hmac.compare_digest(self.sign(head).mac, signature.mac) else Judgement.INVALID
