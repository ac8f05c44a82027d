"""From the acknowledgement of what ends a session to the refusal of its access token, in every process.

Two service processes share a PostgreSQL; this process verifies tokens by their published keys and follows their feed
over HTTP, as other services do. People sign out and change their password at the first process, and an administrator
changes there what a role of theirs allows; an operator disables them, changes their roles, and what a role above theirs
allows, from a process that serves nobody. The clock runs from the arrival of the acknowledgement
to the arrival of the first refusal, so it holds the way of the asking as well.
"""

import asyncio
import contextlib
import os
import random
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from uuid import UUID

import httpx2

from auth_adapters.postgres.embedded import EmbeddedPostgres
from auth_adapters.service_credentials import ServiceCredentials
from auth_adapters.verify_only import STRICT, VerifyOnly, verifying
from auth_core import AuthCore, EmailTaken, Origin, Redacted, RevokedToken
from auth_core.ids import UserId
from auth_core.revocation.policy import AccessCheckMode
from auth_http.container import container_with
from auth_http.lifespan import opened
from auth_http.settings import read_settings
from bench.service_process import serving

PASSWORD = "correct horse battery staple"
NEW_PASSWORD = "an entirely different sentence"
_MASTER_SECRET = "Zk3v9QmT7rXw2LpB8sYdFh5NcJg1Ku4aE6tVo0Re"
_PATIENCE = 10
_BETWEEN_QUESTIONS = 0.004
"""Seconds. To ask without a pause would keep both cores busy with asking."""

ISSUER = "http://auth.example"
ROLE = "accountant"
ADMINISTRATOR = "administrator@example.com"

_numbers = count()


@dataclass(slots=True)
class Person:
    """Somebody who is signed in twice: the first session is the one that is to end."""

    id: str
    token: str
    other_token: str
    role: str


@dataclass(frozen=True, slots=True)
class Services:
    """Two services, a follower, and the core with which an operator acts."""

    first: httpx2.AsyncClient
    second: httpx2.AsyncClient
    operator: AuthCore
    follower: VerifyOnly

    async def sign_in(self, *, with_a_role: bool = False) -> Person:
        """Let somebody new sign in twice, if that is wanted with a role of their own, which is below another."""
        number = next(_numbers)
        email, role = f"person-{number}@example.com", f"role-{number}"
        names = {"first_name": "Ada", "last_name": "Lovelace"}
        registered = await self.first.post("/auth/register", json={"email": email, "password": PASSWORD, **names})
        user_id = str(registered.json()["id"])
        if with_a_role:
            await self.define(above(role))
            await self.define(role, parents=[above(role)])
            await self.operator.users.change_roles(
                user_id=UserId(UUID(user_id)), add=[role], actor=None, origin=Origin()
            )
        held = [await self.first.post("/auth/login", json={"email": email, "password": PASSWORD}) for _ in range(2)]
        first, second = (str(answer.json()["access_token"]) for answer in held)
        return Person(user_id, first, second, role)

    async def define(self, role: str, *permissions: str, parents: Sequence[str] = ()) -> None:
        """Let the operator say what a role allows."""
        await self.operator.access.define_role(
            name=role, permissions=permissions, parents=parents, actor=None, origin=Origin()
        )

    async def log_out(self, person: Person) -> None:
        """They sign out."""
        answer = await self.first.post("/auth/logout", headers=header_of(person.token))
        assert answer.status_code == 204

    async def disable(self, person: Person) -> None:
        """An operator disables them, from a process that serves nobody."""
        await self.operator.users.disable(user_id=UserId(UUID(person.id)), actor=None, origin=Origin())

    async def change_roles(self, person: Person) -> None:
        """An operator gives them a role."""
        await self.operator.users.change_roles(user_id=UserId(UUID(person.id)), add=[ROLE], actor=None, origin=Origin())

    async def change_the_role(self, person: Person) -> None:
        """An administrator changes what a role of theirs allows, at the first process."""
        credentials = {"email": ADMINISTRATOR, "password": PASSWORD}
        signed_in = await self.first.post("/auth/login", json=credentials)
        answer = await self.first.put(
            f"/admin/roles/{person.role}",
            json={"description": "", "permissions": ["invoices:read"], "parents": []},
            headers=header_of(str(signed_in.json()["access_token"])),
        )
        assert answer.status_code == 200

    async def change_the_role_above(self, person: Person) -> None:
        """An operator changes what a role above theirs allows."""
        await self.define(above(person.role), "invoices:read")

    async def change_password(self, person: Person) -> None:
        """They change their password in their other session."""
        passwords = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        answer = await self.first.post("/auth/change-password", json=passwords, headers=header_of(person.other_token))
        assert answer.status_code == 204


CAUSES: Mapping[str, Callable[[Services, Person], Awaitable[None]]] = {
    "log-out": Services.log_out,
    "suspension": Services.disable,
    "role change": Services.change_roles,
    "change of a role": Services.change_the_role,
    "change of a role above": Services.change_the_role_above,
    "password change": Services.change_password,
}
BY_THE_FIRST = ("log-out", "change of a role", "password change")
WITH_A_ROLE = ("change of a role", "change of a role above")
PLACES = ("the first process", "the second process", "another service")


@dataclass(slots=True)
class Delays:
    """How long a token was still good, by cause and place, in milliseconds.

    `accepted` says how often each place still took a token after the end of its session had been acknowledged,
    `asking` how many milliseconds a question took that had nothing to wait for.
    """

    accepted: Counter[str] = field(default_factory=Counter[str])
    asking: list[float] = field(default_factory=list[float])
    found: dict[str, dict[str, list[float]]] = field(
        default_factory=lambda: {cause: {place: [] for place in PLACES} for cause in CAUSES}
    )

    def __str__(self) -> str:
        return "\n".join(
            f"{cause}: {', '.join(f'{max(each):.0f} ms {place}' for place, each in places.items())}"
            for cause, places in self.found.items()
        )

    def summary(self) -> dict[str, dict[str, dict[str, float]]]:
        """Return what is worth keeping."""
        return {
            cause: {place: _summary(each) for place, each in places.items()} for cause, places in self.found.items()
        }

    @property
    def worst(self) -> float:
        """The longest of all."""
        return max(each for places in self.found.values() for delays in places.values() for each in delays)


async def measure(*, quick: bool) -> dict[str, object]:
    """Return the delays with NOTIFY, and with polling only."""
    trials = 6 if quick else 210
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        postgres = await asyncio.to_thread(EmbeddedPostgres(home / "postgres", unsafe_no_fsync=True).start)
        try:
            await asyncio.to_thread(postgres.create_database)
            database = Redacted(postgres.url())
            notified = await delays(database, home, notify=True, trials=trials, at_once=1, spread=0)
            polled = await delays(database, home, notify=False, trials=trials, at_once=10, spread=0.5)
        finally:
            await asyncio.to_thread(postgres.stop_if_unused)
    return {
        "unit": "ms from the acknowledgement to the first refusal",
        "trials of each cause": trials,
        "programs wanting a core before": round(load, 1),
        "the asking by itself": _summary(notified.asking),
        "with NOTIFY": notified.summary(),
        "polling every 500 ms": polled.summary(),
        "tokens the first process accepted after its own acknowledgement": (notified.accepted + polled.accepted)[
            PLACES[0]
        ],
    }


async def delays(
    database: Redacted[str],
    folder: Path,
    *,
    notify: bool,
    trials: int,
    at_once: int,
    spread: float,
    access_check: AccessCheckMode = AccessCheckMode.FEED,
) -> Delays:
    """Put so many people out in each way, some at a time, and see how long their tokens are still good.

    Those who are put out together are so within `spread` seconds, at random: not in step with anybody's looks.
    """
    found = Delays()
    async with services_over(database, folder, notify=notify, access_check=access_check) as services:
        for cause, put_out in CAUSES.items():
            for first in range(0, trials, at_once):
                together = range(first, min(first + at_once, trials))
                people = [await services.sign_in(with_a_role=cause in WITH_A_ROLE) for _ in together]
                for seen, asking in await asyncio.gather(*(trial(services, put_out, each, spread) for each in people)):
                    found.asking.append(asking)
                    for place in PLACES:
                        found.found[cause][place].append(seen[place].delay)
                        if place != PLACES[0] or cause in BY_THE_FIRST:
                            found.accepted[place] += seen[place].accepted
    return found


@dataclass(frozen=True, slots=True)
class Seen:
    """After how many milliseconds a place refused, and how often it had accepted until then."""

    delay: float
    accepted: int


async def trial(
    services: Services, put_out: Callable[[Services, Person], Awaitable[None]], person: Person, spread: float
) -> tuple[dict[str, Seen], float]:
    """Put somebody out and return how long each place still took their token, and what a question takes by itself."""

    async def at_first() -> bool:
        return await accepts(services.first, person.token)

    async def at_second() -> bool:
        return await accepts(services.second, person.token)

    async def at_follower() -> bool:
        try:
            await services.follower.verify_access_token(token=person.token)
        except RevokedToken:
            return False
        return True

    places = dict(zip(PLACES, (at_first, at_second, at_follower), strict=True))
    assert [await accepted() for accepted in places.values()] == [True] * len(places)
    began = time.perf_counter()
    assert await at_second()
    asking = (time.perf_counter() - began) * 1000
    await asyncio.sleep(random.uniform(0, spread))
    await put_out(services, person)
    acknowledged = time.perf_counter()

    async def refused(accepts: Callable[[], Awaitable[bool]]) -> Seen:
        accepted = 0
        async with asyncio.timeout(_PATIENCE):
            while await accepts():
                accepted += 1
                await asyncio.sleep(_BETWEEN_QUESTIONS)
        return Seen((time.perf_counter() - acknowledged) * 1000, accepted)

    return dict(zip(places, await asyncio.gather(*map(refused, places.values())), strict=True)), asking


async def accepts(service: httpx2.AsyncClient, token: str) -> bool:
    """Say whether the service takes the token; it asks nobody, while a profile would be looked up in the database."""
    answer = await service.post("/auth/verify", json={"token": token})
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


@asynccontextmanager
async def services_over(
    database: Redacted[str], folder: Path, *, notify: bool, access_check: AccessCheckMode
) -> AsyncGenerator[Services]:
    """Run two services and a follower over the database while the block runs."""
    environ = {
        "AUTH_ENV": "test",
        "AUTH_DATABASE_URL": database.reveal(),
        "AUTH_MASTER_SECRET": _MASTER_SECRET,
        "AUTH_ISSUER": ISSUER,
        "AUTH_BCRYPT_COST": "4",
        "AUTH_THROTTLE": "false",  # everybody registers from one place
        "AUTH_REVOCATION_NOTIFY": "on" if notify else "off",
        "AUTH_ACCESS_CHECK": access_check.value,
    }
    container = container_with(read_settings(environ))
    async with AsyncExitStack() as stack:
        addresses = [await stack.enter_async_context(serving(environ, folder)) for _ in range(2)]
        first, second = [
            await stack.enter_async_context(httpx2.AsyncClient(base_url=address, timeout=30, trust_env=False))
            for address in addresses
        ]
        await stack.enter_async_context(opened(container))
        operator = container.auth()
        await operator.tokens.load_keys()
        follower = await stack.enter_async_context(verifying_elsewhere(operator, addresses[0]))
        services = Services(first, second, operator, follower)
        await services.define(ROLE, "invoices:read")
        await let_there_be_an_administrator(operator)
        yield services


async def let_there_be_an_administrator(operator: AuthCore) -> None:
    """Make the account that changes roles over HTTP, unless an earlier measurement has."""
    with contextlib.suppress(EmailTaken):
        await operator.users.create(
            email=ADMINISTRATOR,
            password=Redacted(PASSWORD),
            first_name="Ada",
            last_name="Lovelace",
            roles=["admin"],
            actor=None,
            origin=Origin(),
        )


@asynccontextmanager
async def verifying_elsewhere(operator: AuthCore, address: str) -> AsyncGenerator[VerifyOnly]:
    """Verify tokens as another service does, which is a client of this one and refuses what it cannot tell."""
    issued = await operator.oauth.create_client(
        name=f"follower-{next(_numbers)}-{secrets.token_hex(4)}",
        permissions=["revocations:read"],
        actor=None,
        origin=Origin(),
    )
    credentials = ServiceCredentials(client_id=str(issued.client.id), client_secret=issued.secret)
    async with verifying(
        issuer=ISSUER, audience="auth-service", credentials=credentials, address=address, revocation=STRICT
    ) as verifier:
        yield verifier


def above(role: str) -> str:
    """Return the name of the role above it."""
    return f"{role}-above"


def header_of(token: str) -> dict[str, str]:
    """Return the header that carries the token."""
    return {"Authorization": f"Bearer {token}"}


def _summary(milliseconds: list[float]) -> dict[str, float]:
    ordered = sorted(milliseconds)

    def quantile(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1)

    return {"p50": quantile(0.5), "p99": quantile(0.99), "max": quantile(1)}
