"""How a new key comes after those there are."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.origin import Origin
from auth_core.tokens.keys import KeyMaterial, SigningKey, is_forgettable
from auth_core.tokens.policy import TokenPolicy
from auth_core.tokens.ports import KeyMaker, KeysTx


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """Makes keys, gives them their place, and clears away those that nothing relies on."""

    maker: KeyMaker
    record: Recorder
    clock: Clock
    policy: TokenPolicy

    async def make(self) -> KeyMaterial:
        """Make a key of the policy's algorithm. To be called outside of any transaction: it may take a while."""
        return await self.maker.make(self.policy.algorithm)

    async def add(
        self, tx: KeysTx, keys: Sequence[SigningKey], material: KeyMaterial, *, at_once: bool, origin: Origin
    ) -> SigningKey | None:
        """Put the new key behind `keys`; None when somebody else has taken its place.

        It signs once everybody must know it; or `at_once`, also for our processes whose clocks are behind.
        """
        now = self.clock.now()
        key = SigningKey(
            number=keys[-1].number + 1 if keys else 1,
            material=material,
            created_at=now,
            signs_from=now - self.policy.clock_skew if at_once else now + self.policy.publication,
        )
        if not await tx.signing_keys.add(key):
            return None
        await self.record(
            tx, EventKind.SIGNING_KEY_CREATED, at=now, origin=origin, subject=None, actor=None, kid=key.kid
        )
        return key

    async def clear(self, tx: KeysTx) -> Sequence[SigningKey]:
        """Forget the keys that nothing relies on any more, and return the others."""
        keys = await tx.signing_keys.list_all()
        now, retirement = self.clock.now(), self.policy.retirement
        kept = [key for key in keys if not is_forgettable(key, keys, now=now, retirement=retirement)]
        for number in {key.number for key in keys} - {key.number for key in kept}:
            await tx.signing_keys.remove(number)
        return kept
