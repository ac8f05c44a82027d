"""Device tokens: who has signed in on what, and when, under HMAC-SHA-256. 84 letters, always. Needs no package.

1 byte of version, 8 of the key's id, 16 of the user, 16 of the device, 4 of the hour since 1970, 18 of the MAC.
"""

import hmac
import struct
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from auth_adapters.head_signer import Key
from auth_core.ids import UserId
from auth_core.opaque import read, written
from auth_core.redacted import Redacted
from auth_core.throttling.model import DeviceId, KnownDevice

LENGTH: Final = 84
"""Letters of a token."""

_VERSION: Final = 1
_SIGNED: Final = struct.Struct(">B8s16s16sI")
_MAC: Final = 18
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR: Final = timedelta(hours=1)


class HmacDeviceTokens:
    """Signs under the current key, and knows what any of its keys has signed."""

    def __init__(self, current: Key, *, previous: Iterable[Key] = ()) -> None:
        self._current = bytes.fromhex(current.id)
        self._secrets = {bytes.fromhex(key.id): key.secret for key in (*previous, current)}

    def sign(self, device: KnownDevice, *, now: datetime) -> Redacted[str]:
        signed = _SIGNED.pack(_VERSION, self._current, device.user_id.bytes, device.id, (now - _EPOCH) // _HOUR)
        return Redacted(written(signed + _mac(self._secrets[self._current], signed)))

    def read(self, token: Redacted[str], *, since: datetime) -> KnownDevice | None:
        if len(token.reveal()) != LENGTH:
            return None
        try:
            packed = read(token.reveal())
        except ValueError:
            return None
        signed, mac = packed[: _SIGNED.size], packed[_SIGNED.size :]
        version, key_id, user_id, device_id, hour = _SIGNED.unpack(signed)
        secret = self._secrets.get(key_id)
        if version != _VERSION or secret is None or not hmac.compare_digest(_mac(secret, signed), mac):
            return None
        if hour < (since - _EPOCH) // _HOUR:
            return None
        return KnownDevice(id=DeviceId(device_id), user_id=UserId(UUID(bytes=user_id)))


def _mac(secret: Redacted[bytes], signed: bytes) -> bytes:
    return hmac.digest(secret.reveal(), b"auth-service device token 1" + signed, "sha256")[:_MAC]
