"""Seal everything anew that is still under the previous master secret, so that it can be taken away."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from auth_core.credentials.passwords.model import PasswordHash, StoredPassword
from auth_core.ids import MessageId, UserId
from auth_core.outbox.model import SealedMessage
from auth_core.tokens.keys import KeyMaterial, SigningKey
from auth_core.unit_of_work import UnitOfWork
from auth_core.upkeep.model import Resealed, ResealReport, Seal
from auth_core.upkeep.ports import ResealTx, Sealer

_BATCH: Final = 200

type Progress = Callable[[int, int], None]
"""Told after each batch how many passwords were looked at, and how many there were in the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reseal:
    """Seal signing keys, messages and password hashes anew, in small steps, while the service runs and nobody logs in.

    Each step stands alone: cut short, it goes on where it was when it is started again, and what is done is only looked
    at. Whatever somebody else writes in the meantime wins.
    """

    uow: UnitOfWork[ResealTx]
    key_sealer: Sealer[KeyMaterial]
    password_sealer: Sealer[PasswordHash]
    message_sealer: Sealer[SealedMessage]

    async def __call__(self, *, dry_run: bool = False, on_progress: Progress | None = None) -> ResealReport:
        """Return what was found. `dry_run` only looks.

        Every process must seal under the current secret by then, or more will come after us.
        """
        signing_keys = await self._keys(dry_run=dry_run)
        messages = await self._messages(dry_run=dry_run)
        async with self.uow() as tx:
            total = await tx.passwords.count()
        passwords = Resealed()
        after: UserId | None = None
        looked_at = 0
        while True:
            batch, found = await self._passwords(after, dry_run=dry_run)
            passwords += found
            looked_at += len(batch)
            if on_progress is not None:
                on_progress(looked_at, total)
            if len(batch) < _BATCH:
                return ResealReport(signing_keys=signing_keys, passwords=passwords, messages=messages)
            after = batch[-1].user_id

    async def _keys(self, *, dry_run: bool) -> Resealed:
        found = Resealed()
        async with self.uow() as tx:
            for key in await tx.signing_keys.list_all():
                found += await self._key(tx, key, dry_run=dry_run)
        return found

    async def _key(self, tx: ResealTx, key: SigningKey, *, dry_run: bool) -> Resealed:
        match self.key_sealer.reseal(key.material):
            case Seal() as seal:
                return _counted(seal)
            case sealed:
                if not dry_run:  # Only another one of us replaces it, by the same key under the same secret.
                    await tx.signing_keys.reseal(
                        key.kid, sealed.sealed_private_key, old=key.material.sealed_private_key
                    )
                return Resealed(stale=1)

    async def _messages(self, *, dry_run: bool) -> Resealed:
        found = Resealed()
        after: MessageId | None = None
        while True:
            async with self.uow() as tx:
                batch = await tx.outbox.sealed(after=after, limit=_BATCH)
                for message in batch:
                    found += await self._message(tx, message, dry_run=dry_run)
            if len(batch) < _BATCH:
                return found
            after = batch[-1].id

    async def _message(self, tx: ResealTx, message: SealedMessage, *, dry_run: bool) -> Resealed:
        match self.message_sealer.reseal(message):
            case Seal() as seal:
                return _counted(seal)
            case sealed:
                # Only another one of us replaces it; or it has been sent meanwhile, and holds nothing any more.
                if not dry_run:
                    await tx.outbox.reseal(message.id, sealed.payload, old=message.payload)
                return Resealed(stale=1)

    async def _passwords(self, after: UserId | None, *, dry_run: bool) -> tuple[Sequence[StoredPassword], Resealed]:
        found = Resealed()
        async with self.uow() as tx:
            batch = await tx.passwords.page(after=after, limit=_BATCH)
            for stored in batch:
                found += await self._password(tx, stored, dry_run=dry_run)
            for former in await tx.passwords.former([stored.user_id for stored in batch]):
                found += await self._former(tx, former, dry_run=dry_run)
        return batch, found

    async def _former(self, tx: ResealTx, stored: StoredPassword, *, dry_run: bool) -> Resealed:
        match self.password_sealer.reseal(stored.hash):
            case Seal() as seal:
                return _counted(seal)
            case sealed:
                if not dry_run:  # If it is gone by now, it needs no secret any more.
                    await tx.passwords.reseal(stored.user_id, sealed, old=stored.hash)
                return Resealed(stale=1)

    async def _password(self, tx: ResealTx, stored: StoredPassword | None, *, dry_run: bool) -> Resealed:
        """Seal one password anew, or the one that took its place meanwhile."""
        while stored is not None:
            match self.password_sealer.reseal(stored.hash):
                case Seal() as seal:
                    return _counted(seal)
                case sealed:
                    if dry_run or await tx.passwords.reseal(stored.user_id, sealed, old=stored.hash):
                        return Resealed(stale=1)
                    stored = await tx.passwords.find(stored.user_id)
        return Resealed(current=1)  # It is gone, and needs no secret any more.


def _counted(seal: Seal) -> Resealed:
    return Resealed(current=1) if seal is Seal.CURRENT else Resealed(unreadable=1)
