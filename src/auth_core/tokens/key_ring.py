"""The keys a process knows, as of its last look at the store."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from auth_core.errors import Unavailable
from auth_core.tokens.errors import NoSigningKey
from auth_core.tokens.keys import KeyState, SigningKey, state_of


class KeyRing:
    """Answers, without I/O, which key signs now and which may be trusted."""

    def __init__(self, *, retirement: timedelta) -> None:
        self._retirement = retirement
        self._keys: tuple[SigningKey, ...] = ()
        self._when_a_key_goes: list[Callable[[], None]] = []
        self._is_revoked: Callable[[str], bool] = lambda _: False

    def when_a_key_goes(self, tell: Callable[[], None]) -> None:
        """Call `tell` whenever a key is not trusted any more: whoever relies on it has to look again."""
        self._when_a_key_goes.append(tell)

    def mistrust(self, is_revoked: Callable[[str], bool]) -> None:
        """Trust no key that `is_revoked`: news of it may arrive before the next look at the store."""
        self._is_revoked = is_revoked

    def load(self, keys: Sequence[SigningKey]) -> None:
        """Take `keys` for all there are."""
        gone = _trusted(self._keys) - _trusted(keys)
        self._keys = tuple(keys)
        if gone:
            for tell in self._when_a_key_goes:
                tell()

    def signing_key(self, now: datetime) -> SigningKey:
        """Return the key that signs at `now`. Raises: NoSigningKey."""
        for key in self._keys:
            if self._state(key, now) is KeyState.ACTIVE:
                return key
        raise NoSigningKey(Unavailable.SHORTLY)

    def published(self, now: datetime) -> Sequence[SigningKey]:
        """Return the keys others should know at `now`: next, active and retired."""
        return [key for key in self._keys if self._state(key, now) not in (KeyState.GONE, KeyState.REVOKED)]

    def find(self, kid: str, now: datetime) -> SigningKey | None:
        """Return the published key of this name: another process whose clock is ahead may sign with the next one."""
        return next((key for key in self.published(now) if key.kid == kid), None)

    def _state(self, key: SigningKey, now: datetime) -> KeyState:
        if self._is_revoked(key.kid):
            return KeyState.REVOKED
        return state_of(key, self._keys, now=now, retirement=self._retirement)


def _trusted(keys: Sequence[SigningKey]) -> set[str]:
    return {key.kid for key in keys if key.revoked_at is None}
