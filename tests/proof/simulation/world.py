"""What every simulation begins with: two people, three sessions; and the processes that serve them."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any, Final

from auth_adapters.memory import FOR_TESTS, MemoryStore, memory_ports
from auth_core import AuthCore, Origin, Policies, Ports, Redacted, assemble
from auth_core.credentials.passwords.model import StoredPassword
from auth_core.ids import Ids
from auth_core.login.model import LoggedIn
from auth_core.testing import NOON, MovableClock, a_user
from auth_core.users.email_address import EmailAddress
from tests.proof.simulation.accounts import SimCandidates, SimProfiles, UserRow
from tests.proof.simulation.clients import FIRST_PASSWORD, Account, Held
from tests.proof.simulation.doubles import CountingEntropy, InterruptibleHasher, RememberingSigner, SkewedClock, hashed
from tests.proof.simulation.points import Key
from tests.proof.simulation.rows import Rows
from tests.proof.simulation.sessions import SimRefreshChains
from tests.proof.simulation.transactions import SimUnitOfWork

type Rewire = Callable[[Ports, Rows], Ports]
type Assembled = Callable[[Ports, Policies], AuthCore]

RETRY_WINDOW: Final = FOR_TESTS.sessions.retry_window


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """How processes are made: as the service makes them, or with something broken."""

    ports: Rewire = lambda ports, _: ports
    assembled: Assembled = assemble


@dataclass(frozen=True, slots=True)
class Opening:
    """The store and the links there are when everybody has signed in."""

    rows: dict[Key, Any]
    signed: dict[str, Mapping[str, object]]
    links: tuple[tuple[Account, Held], ...]


@dataclass(frozen=True, slots=True)
class Machine:
    """What all processes share."""

    rows: Rows
    signer: RememberingSigner
    entropy: CountingEntropy
    clock: MovableClock
    wiring: Wiring

    def process(self, skew: timedelta = timedelta(0)) -> AuthCore:
        """Return the core of a new process."""
        clock = SkewedClock(self.clock, skew)
        ports = memory_ports(
            store=_NO_STORE,
            clock=clock,
            entropy=self.entropy,
            uow=SimUnitOfWork(self.rows),
            candidates=SimCandidates(self.rows),
            profiles=SimProfiles(self.rows),
            refresh_chains=SimRefreshChains(self.rows),
            hasher=InterruptibleHasher(),
            access_tokens=self.signer,
            refresh_tokens=self.signer,
        )
        return self.wiring.assembled(self.wiring.ports(ports, self.rows), FOR_TESTS)


def finish[T](work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end, with nothing in between."""
    while True:
        try:
            work.send(None)
        except StopIteration as stop:
            result: T = stop.value
            return result


@cache
def opening() -> Opening:
    """Let two people sign in, one of them twice."""
    rows, entropy, clock = Rows({}, watcher=lambda _: None), CountingEntropy(), MovableClock(NOON)
    signer = RememberingSigner({})
    ids = Ids(clock=clock, entropy=entropy)
    accounts: list[Account] = []
    for email in ("ada@example.org", "grace@example.org"):
        user = replace(a_user(email=email), id=ids.user())
        rows.committed["user", user.id] = UserRow(user)
        rows.committed["email", EmailAddress.parse(email).canonical] = user.id
        rows.committed["password", user.id] = StoredPassword(
            user_id=user.id, hash=hashed(Redacted(FIRST_PASSWORD)), version=1
        )
        accounts.append(Account(user.id, email))
    auth = Machine(rows, signer, entropy, clock, Wiring()).process()
    links: list[tuple[Account, Held]] = []
    for account in (accounts[0], accounts[0], accounts[1]):
        logged_in: LoggedIn = finish(
            auth.login.log_in(email=account.email, password=Redacted(FIRST_PASSWORD), origin=Origin())
        )
        links.append((account, Held.of(logged_in.tokens)))
    sessions_only = {key: row for key, row in rows.committed.items() if key[0] != "event"}
    return Opening(sessions_only, signer.signed, tuple(links))


_NO_STORE: Final = MemoryStore()
