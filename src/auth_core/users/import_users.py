"""People come in numbers, with the passwords they have."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from auth_core.access.errors import RoleNotFound
from auth_core.audit.events import EventKind
from auth_core.audit.recorder import Recorder
from auth_core.clock import Clock
from auth_core.credentials.passwords.model import PasswordHash
from auth_core.credentials.passwords.ports import HashTransfer
from auth_core.errors import Fault
from auth_core.ids import UserId
from auth_core.origin import Origin
from auth_core.unit_of_work import UnitOfWork
from auth_core.users.arriving import Acceptable, ArrivalCheck
from auth_core.users.email_address import CanonicalEmail
from auth_core.users.errors import EmailTaken
from auth_core.users.moving import Arrival, Arriving, Fate, Mover, Resident
from auth_core.users.ports import MoversTx

_BATCH: Final = 500
"""Rows of one transaction."""
_HASHES: Final = 64
"""Hashes of one transaction: what an interruption may cost."""

_TAKEN: Final = Fault("email", EmailTaken.code, EmailTaken.detail)
_ID_TAKEN: Final = Fault("id", "id_taken", "Another account has this identity, or had it and was erased.")
_UNKNOWN_ROLE: Final = Fault("roles", "unknown_role", "There is no such role here: define it first.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportUsers:
    """Take people in as another system describes them. It is for the operator: who gives the hash can sign in.

    Each batch is a transaction, told of when it is committed. Cut short, the import goes on where it was when it is
    started again with the same rows: whoever came before is recognised by the trail, and left as they are now.
    """

    uow: UnitOfWork[MoversTx]
    check: ArrivalCheck
    transfer: HashTransfer
    record: Recorder
    clock: Clock

    async def __call__(
        self, rows: Iterable[Arriving], *, origin: Origin, dry_run: bool = False
    ) -> AsyncIterator[Arrival]:
        """Yield what became of each row, batch by batch. `dry_run` only says what would. Raises: Busy, Unavailable.

        A row with a fault is refused with all of them, and the rest goes on.
        """
        for batch in self._batches(rows):
            for arrival in await self._batch(batch, origin=origin, dry_run=dry_run):
                yield arrival

    def _batches(self, rows: Iterable[Arriving]) -> Iterator["_Batch"]:
        seen: dict[CanonicalEmail, int] = {}
        batch = _Batch()
        for row in rows:
            found = self.check(row, now=self.clock.now())
            if isinstance(found, Acceptable):
                first = seen.setdefault(found.user.email.canonical, row.line)
                if first == row.line:
                    batch.accept(found)
                else:
                    batch.refuse(row, Fault("email", "duplicate", f"Line {first} has the same e-mail address."))
            else:
                batch.refuse(row, *found)
            if batch.is_full:
                yield batch
                batch = _Batch()
        if batch.rows:
            yield batch

    async def _batch(self, batch: "_Batch", *, origin: Origin, dry_run: bool) -> Sequence[Arrival]:
        async with self.uow() as tx:
            residents = await tx.movers.residents(list(batch.acceptable))
            known = {role.name for role in await tx.roles.list_all()}
        newcomers: list[Acceptable] = []
        for email, each in batch.acceptable.items():
            if email in residents:
                batch.settle(each, *_stands_in_the_way(each, residents[email]))
            elif not known.issuperset(each.roles):
                batch.settle(each, Fate.REFUSED, _UNKNOWN_ROLE)
            else:
                newcomers.append(each)
        if dry_run:
            for each in newcomers:
                batch.settle(each, Fate.IMPORTED)
        elif newcomers:
            await self._take_in(batch, newcomers, origin)
        return batch.in_order()

    async def _take_in(self, batch: "_Batch", newcomers: Sequence[Acceptable], origin: Origin) -> None:
        hashes = await asyncio.gather(*map(self._hash, newcomers))
        movers = {
            each.user.id: (
                each,
                Mover(
                    user=each.user,
                    password=password,
                    roles=each.roles,
                    must_change_password=each.row.must_change_password,
                ),
            )
            for each, password in zip(newcomers, hashes, strict=True)
        }
        try:
            await self._add(batch, movers, origin)
        except RoleNotFound:  # deleted this very moment: whoever does not need it comes in
            for user_id, mover in movers.items():
                try:
                    await self._add(batch, {user_id: mover}, origin)
                except RoleNotFound:
                    batch.settle(mover[0], Fate.REFUSED, _UNKNOWN_ROLE)

    async def _hash(self, newcomer: Acceptable) -> PasswordHash | None:
        written = newcomer.row.password_hash
        return None if written is None else await self.transfer.take_in(written)

    async def _add(self, batch: "_Batch", movers: Mapping[UserId, tuple[Acceptable, Mover]], origin: Origin) -> None:
        now = self.clock.now()
        residents: Mapping[CanonicalEmail, Resident] = {}
        async with self.uow() as tx:
            added = await tx.movers.add([mover for _, mover in movers.values()], now=now)
            await self._record(tx, [each for user_id, (each, _) in movers.items() if user_id in added], origin, now)
            left_out = [each.user.email.canonical for user_id, (each, _) in movers.items() if user_id not in added]
            if left_out:
                residents = await tx.movers.residents(left_out)
        for user_id, (each, _) in movers.items():
            resident = residents.get(each.user.email.canonical)
            if user_id in added:
                batch.settle(each, Fate.IMPORTED)
            elif resident is None:
                batch.settle(each, Fate.REFUSED, _ID_TAKEN)
            else:
                batch.settle(each, *_stands_in_the_way(each, resident))

    async def _record(self, tx: MoversTx, added: Sequence[Acceptable], origin: Origin, now: datetime) -> None:
        await self.record.many(
            tx,
            EventKind.USER_IMPORTED,
            at=now,
            origin=origin,
            of={
                each.user.id: {
                    "scheme": each.carried.scheme if each.carried else "none",
                    "roles": " ".join(sorted(each.roles)),
                }
                for each in added
            },
        )


def _stands_in_the_way(newcomer: Acceptable, resident: Resident) -> tuple[Fate, *tuple[Fault, ...]]:
    """Say what it means that the address is taken: another identity that is asked for makes it somebody else."""
    if resident.imported and newcomer.row.id in (None, resident.user_id):
        return (Fate.IMPORTED_BEFORE,)
    return (Fate.REFUSED, _TAKEN)


@dataclass(slots=True)
class _Batch:
    """Rows that are decided together."""

    acceptable: dict[CanonicalEmail, Acceptable] = field(default_factory=dict[CanonicalEmail, Acceptable])
    arrivals: list[Arrival] = field(default_factory=list[Arrival])
    rows: int = 0
    hashes: int = 0

    @property
    def is_full(self) -> bool:
        return self.rows >= _BATCH or self.hashes >= _HASHES

    def accept(self, each: Acceptable) -> None:
        self.rows += 1
        self.hashes += each.carried is not None and each.carried.costs_a_hash
        self.acceptable[each.user.email.canonical] = each

    def refuse(self, row: Arriving, *faults: Fault) -> None:
        self.rows += 1
        self.arrivals.append(Arrival(line=row.line, email=row.email, fate=Fate.REFUSED, faults=faults))

    def settle(self, each: Acceptable, fate: Fate, *faults: Fault) -> None:
        carried = each.carried
        self.arrivals.append(
            Arrival(
                line=each.row.line,
                email=each.row.email,
                fate=fate,
                scheme=carried.scheme if carried else None,
                hashed=carried is not None and carried.costs_a_hash,
                faults=faults,
            )
        )

    def in_order(self) -> Sequence[Arrival]:
        return sorted(self.arrivals, key=lambda arrival: arrival.line)
