"""The core over PostgreSQL, and a person who uses it."""

from dataclasses import dataclass, replace

from auth_adapters.memory import FOR_TESTS, auth_in_memory, memory_ports
from auth_adapters.postgres import Database, postgres_ports
from auth_core import AuthCore, Origin, Policies, Redacted
from auth_core.clock import Clock
from auth_core.ids import SessionId, UserId
from auth_core.outbox.ports import MailPorts
from auth_core.sessions.model import TokenPair
from auth_core.testing import an_email, an_origin

PASSWORD = Redacted("correct horse battery staple")
NEW_PASSWORD = Redacted("an entirely different sentence")


async def auth_over(
    database: Database, clock: Clock, *, policies: Policies = FOR_TESTS, mail: MailPorts | None = None
) -> AuthCore:
    """Return the core with its storage in `database`, and with tests' doubles for everything that is not storage."""
    ports = memory_ports(clock=clock, mail=mail)
    storage = postgres_ports(database, clock=clock)
    return await auth_in_memory(
        replace(
            ports,
            uow=storage.uow,
            candidates=storage.candidates,
            profiles=storage.profiles,
            refresh_chains=storage.refresh_chains,
            access_check=storage.access_check,
            ended_sessions=storage.ended_sessions,
            revocation_feed=storage.revocation_feed,
            old_revocations=storage.old_revocations,
            old_answers=storage.old_answers,
            known_clients=storage.known_clients,
            outbox_queue=storage.outbox_queue,
            arrivals=storage.arrivals,
            old_messages=storage.old_messages,
            old_tokens=storage.old_tokens,
        ),
        policies=policies,
    )


@dataclass(slots=True)
class Person:
    """Somebody with an account, and what they hold since they last signed in."""

    auth: AuthCore
    id: UserId
    email: str
    tokens: TokenPair | None = None

    @property
    def session_id(self) -> SessionId:
        assert self.tokens is not None
        return self.tokens.session.id

    @property
    def refresh_token(self) -> Redacted[str]:
        assert self.tokens is not None
        return self.tokens.refresh_token

    async def log_in(self, password: Redacted[str] = PASSWORD) -> TokenPair:
        logged_in = await self.auth.login.log_in(email=self.email, password=password, origin=an_origin())
        self.tokens = logged_in.tokens
        return self.tokens

    async def refresh(self) -> TokenPair:
        self.tokens = await self.auth.sessions.refresh(refresh_token=self.refresh_token, origin=an_origin())
        return self.tokens

    async def log_out(self) -> None:
        await self.auth.sessions.log_out(user_id=self.id, session_id=self.session_id, origin=an_origin())

    async def log_out_elsewhere(self) -> None:
        await self.auth.sessions.log_out_elsewhere(user_id=self.id, session_id=self.session_id, origin=an_origin())

    async def change_password(
        self, current: Redacted[str] = PASSWORD, new: Redacted[str] = NEW_PASSWORD, *, session: SessionId | None = None
    ) -> None:
        await self.auth.passwords.change_password(
            user_id=self.id,
            session_id=session or self.session_id,
            current_password=current,
            new_password=new,
            origin=an_origin(),
        )

    async def is_disabled(self) -> None:
        """What an operator does to them."""
        await self.auth.users.disable(user_id=self.id, actor=None, origin=Origin())

    async def is_enabled(self) -> None:
        """What an operator does to them."""
        await self.auth.users.enable(user_id=self.id, actor=None, origin=Origin())


async def registered(auth: AuthCore) -> Person:
    """Return somebody who has an account and is signed in nowhere."""
    email = an_email()
    user = await auth.users.register(
        email=email, password=PASSWORD, first_name="Ada", last_name="Lovelace", origin=an_origin()
    )
    assert user is not None
    return Person(auth, user.id, email)


async def signed_in(auth: AuthCore) -> Person:
    """Return somebody who is signed in."""
    person = await registered(auth)
    await person.log_in()
    return person
