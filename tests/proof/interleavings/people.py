"""Who the calls are about: somebody with two sessions, and everything they hold of them."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from auth_core import AuthCore, Ports, Redacted
from auth_core.access.model import USER, principal
from auth_core.credentials.passwords.model import PasswordHash, StoredPassword
from auth_core.ids import SessionId, UserId
from auth_core.sessions.model import TokenPair
from auth_core.testing import NOON, UnsafeFastHasher, a_session, a_user
from auth_core.users.model import UserStatus
from tests.proof.simulation.clients import FIRST_PASSWORD

GENERATION: Final = 2
"""Where both chains stand, so that there are links of every kind: the current one, the one before it, an older one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """How things stand when the two calls begin. `since` is how long ago the chains moved on."""

    words: str = field(default="", kw_only=False)
    status: UserStatus = UserStatus.ACTIVE
    since: timedelta = timedelta(seconds=1)

    def __str__(self) -> str:
        return f" ({self.words})" if self.words else ""


@dataclass(slots=True)
class Person:
    """Somebody with an account and two sessions.

    `texts` are all refresh tokens they ever held. Of access tokens that are revoked by the same things, one is kept.
    """

    id: UserId
    email: str
    stored: PasswordHash
    here: SessionId
    there: SessionId
    beginning: Beginning
    texts: dict[tuple[SessionId, int], str] = field(default_factory=dict[tuple[SessionId, int], str])
    access_tokens: dict[tuple[SessionId, int], TokenPair] = field(
        default_factory=dict[tuple[SessionId, int], TokenPair]
    )

    def takes(self, pair: TokenPair) -> None:
        """Keep a pair that was given to them."""
        self.texts[pair.session.id, pair.session.generation] = pair.refresh_token.reveal()
        self.access_tokens[pair.session.id, pair.principal.security_version] = pair

    def link(self, back: int) -> tuple[SessionId, int]:
        """Return the link of the session `here` that lies so far back."""
        return self.here, GENERATION - back


async def arrive(ports: Ports, auth: AuthCore, hasher: UnsafeFastHasher, beginning: Beginning) -> Person:
    """Return somebody new, for whom things stand as `beginning` has it."""
    user = a_user(status=beginning.status, at=NOON - timedelta(days=1))
    password = StoredPassword(user_id=user.id, hash=hasher.hash_now(Redacted(FIRST_PASSWORD)), version=1)
    now = ports.clock.now() - beginning.since
    here, there = (
        replace(a_session(user.id, at=now - timedelta(hours=1)), generation=GENERATION, advanced_at=now)
        for _ in range(2)
    )
    async with ports.uow() as tx:
        await tx.users.add(user)
        await tx.passwords.add(password, now=user.created_at)
        await tx.roles.assign(user.id, USER.name, by=None, now=user.created_at)
        for session in (here, there):
            await tx.sessions.add(session)
    person = Person(user.id, user.email.address, password.hash, here.id, there.id, beginning)
    holder = principal(user.id, 0, (USER,))
    for session in (here, there):
        for generation in range(GENERATION + 1):
            link = replace(session, generation=generation)
            person.takes(auth.sessions.refresh.token_pairs.pair(link, holder, now=now))
    return person
