"""A new signing key takes over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.origin import Origin
from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.keys import KeyState, SigningKey, state_of
from auth_core.tokens.policy import TokenPolicy
from auth_core.tokens.ports import KeyMaker, KeysTx
from auth_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateKeys:
    """Make the next key, forget those nothing relies on any more, and tell this process.

    Any number of processes may do this at once: one of them makes the key and the others learn of it.
    """

    uow: UnitOfWork[KeysTx]
    maker: KeyMaker
    ring: KeyRing
    record: Recorder
    clock: Clock
    policy: TokenPolicy

    async def __call__(self, *, if_due: bool = False, origin: Origin) -> SigningKey | None:
        """Make a key and return it; None when somebody else just did.

        `if_due` makes one only when there is none, or when the newest has signed for the rotation period. The first
        key of all signs at once, because nobody can have cached a key set without it.
        """
        now = self.clock.now()
        made: SigningKey | None = None
        async with self.uow() as tx:
            keys = await tx.signing_keys.list_all()
            if not if_due or self._due(keys, now):
                made = self._next_key(keys, now)
                if await tx.signing_keys.add(made):
                    await self.record(
                        tx,
                        EventKind.SIGNING_KEY_CREATED,
                        at=now,
                        origin=origin,
                        subject=None,
                        actor=None,
                        kid=made.kid,
                    )
                else:
                    made = None
            for key in keys:
                if state_of(key, keys, now=now, retirement=self.policy.retirement) is KeyState.GONE:
                    await tx.signing_keys.remove(key.number)
        async with self.uow() as tx:
            self.ring.load(await tx.signing_keys.list_all())
        return made

    def _due(self, keys: Sequence[SigningKey], now: datetime) -> bool:
        return not keys or now >= keys[-1].signs_from + self.policy.key_rotation

    def _next_key(self, keys: Sequence[SigningKey], now: datetime) -> SigningKey:
        return SigningKey(
            number=keys[-1].number + 1 if keys else 1,
            material=self.maker.make(self.policy.algorithm),
            created_at=now,
            signs_from=now + self.policy.publication if keys else now,
        )
