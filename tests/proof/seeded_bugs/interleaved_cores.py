"""Use cases that are sound until the statements of two calls come in a certain order."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from typing import Any, Final

from sqlalchemy import text

from auth_core import AuthCore, Origin, Policies, Ports, assemble
from auth_core.assembly import Tx
from auth_core.audit.events import AuditEvent, EventKind
from auth_core.idempotency.model import Once
from auth_core.ids import UserId
from auth_core.revocation.model import Revocation
from auth_core.users.model import User, UserStatus
from auth_core.users.suspend import DisableUser
from tests.integration.broken_postgres import changing, statements_of
from tests.proof.seeded_bugs.bug import refreshing_by
from tests.proof.seeded_bugs.interleaved_bug import InterleavedBug
from tests.proof.seeded_bugs.racing_cores import JudgesTheFirstLook
from tests.proof.seeded_bugs.refreshing import RaisesInside

_END_ALL: Final = text(
    "UPDATE auth.sessions SET ended_at = :now, ended_because = 'user_disabled'"
    " WHERE user_id = :user_id AND ended_at IS NULL"
)


class RevokesLater:
    """Keeps the revocations for a transaction of their own, after the one that has the effect."""

    def __init__(self) -> None:
        self.added: list[Revocation] = []

    async def add(self, *revocations: Revocation) -> None:
        self.added += revocations


class TellsLater:
    """Does the same with audit events."""

    def __init__(self) -> None:
        self.events: list[AuditEvent] = []

    async def record(self, event: AuditEvent) -> None:
        self.events.append(event)

    async def latest(self, *, subject: UserId, limit: int) -> Sequence[AuditEvent]:
        raise NotImplementedError


class EndsSessionsFirst(DisableUser):
    """Takes the locks of sessions before that of their user."""

    async def __call__(
        self, *, user_id: UserId, actor: UserId | None, origin: Origin, once: Once[User] | None = None
    ) -> User:
        now = self.clock.now()
        async with self.uow() as tx:
            ended = (await statements_of(tx).run(_END_ALL, user_id=user_id, now=now)).count
            version = await tx.users.set_status(user_id, UserStatus.DISABLED, now=now)
            if version is not None:
                await self.close.revoke.user(tx, user_id, least_version=version)
                await self.close.record(
                    tx,
                    EventKind.USER_DISABLED,
                    at=now,
                    origin=origin,
                    subject=user_id,
                    actor=actor,
                    sessions_ended=ended,
                )
            user = await tx.users.find(user_id)
        assert user is not None
        return user


def _afterwards(ports: Ports, policies: Policies) -> AuthCore:
    """Return a wiring whose revocations are written when the effect is committed already."""

    @asynccontextmanager
    async def uow() -> AsyncGenerator[Tx]:
        later = RevokesLater()
        async with changing(ports.uow, lambda tx: setattr(tx, "revocations", later))() as tx:
            yield tx
        if later.added:
            async with ports.uow() as tx:
                await tx.revocations.add(*later.added)

    return assemble(replace(ports, uow=uow), policies)


def _told_afterwards(ports: Ports, policies: Policies) -> AuthCore:
    """Return a wiring whose audit events are."""

    @asynccontextmanager
    async def uow() -> AsyncGenerator[Tx]:
        later = TellsLater()
        async with changing(ports.uow, lambda tx: setattr(tx, "audit", later))() as tx:
            yield tx
        if later.events:
            async with ports.uow() as tx:
                for event in later.events:
                    await tx.audit.record(event)

    return assemble(replace(ports, uow=uow), policies)


def _suspending_backwards(ports: Ports, policies: Policies) -> AuthCore:
    auth = assemble(ports, policies)
    given: dict[str, Any] = {each.name: getattr(auth.users.disable, each.name) for each in fields(DisableUser)}
    return replace(auth, users=replace(auth.users, disable=EndsSessionsFirst(**given)))


BUGS: Final = (
    InterleavedBug(
        name="the end after a reuse is rolled back",
        between="refresh || reuse",
        found_as="an honest client was signed out",
        by_way_of=("1 commit", "2 change sessions", "2 roll back"),
        wiring=refreshing_by(lambda given: RaisesInside(**given)),
    ),
    InterleavedBug(
        name="a link is judged by a session seen before",
        between="refresh || refresh",
        found_as="a link was traded for another than its successor",
        by_way_of=("1 commit", "2 lock sessions", "2 commit", "1 commit", "2 change sessions"),
        wiring=refreshing_by(lambda given: JudgesTheFirstLook(**given)),
    ),
    InterleavedBug(
        name="revocations are written after the commit",
        between="refresh || log out",
        found_as="a session ended and its access tokens were not revoked",
        by_way_of=("1 commit", "2 change sessions", "2 commit"),
        wiring=_afterwards,
    ),
    InterleavedBug(
        name="the trail is written after the commit",
        between="refresh || log out",
        found_as="what happened was ['session.ended",
        by_way_of=("1 commit", "2 change sessions", "2 commit"),
        wiring=_told_afterwards,
    ),
    InterleavedBug(
        name="locks are taken in two orders",
        between="log out everywhere || suspend",
        found_as="each waits for the other",
        by_way_of=("1 change users", "2 change sessions", "1 change sessions", "2 change users"),
        wiring=_suspending_backwards,
    ),
)
