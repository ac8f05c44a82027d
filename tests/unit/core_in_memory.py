"""The whole core over memory, with a clock to move: what unit tests speak to."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from auth_adapters.memory import FOR_TESTS, MemoryStore, auth_in_memory, memory_ports
from auth_core import AuthCore, Origin, Policies, Ports, Redacted
from auth_core.access.model import Role
from auth_core.audit.events import AuditEvent, EventKind
from auth_core.ids import UserId
from auth_core.login.model import LoggedIn
from auth_core.outbox.ports import MailPorts
from auth_core.testing import MovableClock, SeededEntropy, UnsafeFastHasher, an_email
from auth_core.users.model import User

PASSWORD = "correct horse battery staple"
OTHER_PASSWORD = "a quite different long password"
HERE = Origin(address="192.0.2.7", user_agent="Firefox", request_id="r-1")

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The core, and what a test may want to look at or to move."""

    auth: AuthCore
    ports: Ports
    policies: Policies
    store: MemoryStore
    clock: MovableClock
    hasher: UnsafeFastHasher

    @classmethod
    async def make(
        cls,
        *,
        policies: Policies = FOR_TESTS,
        store: MemoryStore | None = None,
        hasher: UnsafeFastHasher | None = None,
        mail: MailPorts | None = None,
        seed: bytes = b"",
    ) -> Self:
        store, clock, hasher = store or MemoryStore(), MovableClock(), hasher or UnsafeFastHasher()
        made = memory_ports(
            store=store, policies=policies, clock=clock, entropy=SeededEntropy(seed), hasher=hasher, mail=mail
        )
        return cls(
            auth=await auth_in_memory(made, policies=policies),
            ports=made,
            policies=policies,
            store=store,
            clock=clock,
            hasher=hasher,
        )

    async def register(self, email: str | None = None, password: str = PASSWORD) -> User:
        user = await self.auth.users.register(
            email=email or an_email(),
            password=Redacted(password),
            first_name="Ada",
            last_name="Lovelace",
            origin=HERE,
        )
        assert user is not None
        return user

    async def create(self, email: str, *roles: str, actor: User | None = None) -> User:
        return await self.auth.users.create(
            email=email,
            password=Redacted(PASSWORD),
            first_name="Ada",
            last_name="Lovelace",
            roles=roles,
            actor=actor.id if actor else None,
            origin=HERE,
        )

    async def role(self, name: str, *permissions: str, parents: str = "", actor: User | None = None) -> Role:
        """Let there be such a role, or let it be like this from now on."""
        return await self.auth.access.define_role(
            name=name,
            permissions=permissions,
            parents=parents.split(),
            actor=actor.id if actor else None,
            origin=HERE,
        )

    async def assign(self, user: User, *roles: str) -> None:
        await self.auth.users.change_roles(user_id=user.id, add=roles, actor=None, origin=HERE)

    async def log_in(
        self, user: User | str, password: str = PASSWORD, *, new: str | None = None, origin: Origin = HERE
    ) -> LoggedIn:
        email = user if isinstance(user, str) else user.email.address
        new_password = None if new is None else Redacted(new)
        return await self.auth.login.log_in(
            email=email, password=Redacted(password), new_password=new_password, origin=origin
        )

    async def signed_in(self) -> LoggedIn:
        """Somebody new who has just logged in."""
        return await self.log_in(await self.register())

    async def change_password(self, who: LoggedIn, current: str = PASSWORD, new: str = OTHER_PASSWORD) -> None:
        await self.auth.passwords.change_password(
            user_id=who.user.id,
            session_id=who.tokens.session.id,
            current_password=Redacted(current),
            new_password=Redacted(new),
            origin=HERE,
        )

    async def disable(self, user: User) -> None:
        await self.auth.users.disable(user_id=user.id, actor=None, origin=HERE)

    async def enable(self, user: User) -> None:
        await self.auth.users.enable(user_id=user.id, actor=None, origin=HERE)

    async def delete(self, user: User) -> None:
        await self.auth.users.delete(user_id=user.id, actor=None, origin=HERE)

    async def restore(self, user: User) -> None:
        await self.auth.users.restore(user_id=user.id, actor=None, origin=HERE)

    async def events(self, user_id: UserId) -> list[AuditEvent]:
        """What happened to the user, oldest first."""
        async with self.ports.uow() as tx:
            return list(reversed(await tx.audit.latest(subject=user_id, limit=1000)))

    async def kinds_of_events(self, user_id: UserId) -> list[EventKind]:
        return [event.kind for event in await self.events(user_id)]

    def all_events(self) -> list[AuditEvent]:
        """What happened to anybody or nobody, oldest first."""
        return list(self.store.committed.events.values())
