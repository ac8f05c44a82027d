"""Everybody who came from elsewhere signs in by the password they have, once, and is found with a hash of ours then."""

import asyncio
import multiprocessing
import sys
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import batched
from typing import Final

from sqlalchemy import text

from auth_adapters.bcrypt_hasher import BcryptHasher
from auth_adapters.hash_transfer import BcryptTransfer
from auth_adapters.hashing_pool import HashingPolicy, HashingPool
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.memory import auth_in_memory, memory_ports
from auth_adapters.postgres import Database, postgres_ports
from auth_adapters.system import SystemClock, SystemEntropy
from auth_core import AuthCore, InvalidCredentials, Origin, Redacted
from auth_core.credentials.passwords.model import PasswordHash
from tests.unit.passwords import foreign

COST: Final = 5
"""What passwords are hashed at when they sign in. The import wraps at 4, so a hash of 5 is one of this log-in."""

_OURS: Final = f"$bcrypt-hmac-sha384$2b${COST:02}$"
_EVERYBODY: Final = text(
    "SELECT u.email, p.hash, (SELECT count(*) FROM auth.sessions s WHERE s.user_id = u.id) AS sessions"
    " FROM auth.users u JOIN auth.passwords p ON p.user_id = u.id"
)
_AT_A_TIME: Final = 500
_SIDE_BY_SIDE: Final = 4
_BETWEEN_WORDS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where they sign in: a database, and the master secret it is used with. It goes to other processes of ours."""

    address: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is to sign in. Who `is_good` may; who `is_wary` tries a wrong password first."""

    number: int
    is_good: bool
    is_wary: bool = False
    password: str = field(default=foreign.PASSWORD, repr=False)

    @property
    def email(self) -> str:
        return email_of(self.number)


@dataclass(frozen=True, slots=True)
class Part:
    """What came of a few: who has signed in, and who was turned away, with a wrong password or with no account."""

    came: list[str]
    wrong: list[str]
    nobody: list[str]


def email_of(number: int) -> str:
    """Return the address of this person."""
    return f"p{number}@example.org"


def let_in(place: Place, people: Sequence[Person], *, processes: int) -> dict[str, object]:
    """Let everybody sign in once, and compare with who is found upgraded. Raises: RuntimeError unless all are equal."""
    good = sorted(each.email for each in people if each.is_good)
    tried = {each.email: each.password for each in people if each.is_wary}
    wary = sorted(tried)
    bad = sorted(each.email for each in people if not each.is_good)
    if early := asyncio.run(_look(place, tried)).upgraded:
        raise RuntimeError(f"{len(early)} have a hash of ours before anybody has signed in")
    begun = time.monotonic()
    whole = Part([], [], [])
    # Spawned, not forked: this process has threads and an event loop.
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        for done, part in enumerate(pool.map(partial(_sign_in_some, place), batched(people, _AT_A_TIME)), 1):
            whole.came.extend(part.came)
            whole.wrong.extend(part.wrong)
            whole.nobody.extend(part.nobody)
            if done % _BETWEEN_WORDS == 0:
                sys.stderr.write(f"{len(whole.came)} of {len(good)} have signed in\n")
    seconds = time.monotonic() - begun
    found = asyncio.run(_look(place, tried))
    wrong = {
        "who has signed in": sorted(whole.came) != good,
        "who is here, with how many sessions": found.sessions != dict.fromkeys(good, 1),
        "who has a hash of ours": found.upgraded != good,
        "whose wrong password was refused": sorted(whole.wrong) != wary,
        "who has no account": sorted(whole.nobody) != bad,
    }
    if any(wrong.values()):
        what = [name for name, is_wrong in wrong.items() if is_wrong]
        raise RuntimeError(f"{len(whole.came)} of {len(good)} came, {len(found.upgraded)} are upgraded; wrong: {what}")
    return {
        "signed_in_by_the_old_password": len(whole.came),
        "upgraded": len(found.upgraded),
        "cost_after": COST,
        "wrong_password_refused_first": len(whole.wrong),
        "refused_of_bad_rows": len(whole.nobody),
        "seconds_to_sign_in": round(seconds, 1),
        "processes": processes,
    }


def _sign_in_some(place: Place, people: tuple[Person, ...]) -> Part:
    return asyncio.run(_sign_in(place, people))


async def _sign_in(place: Place, people: tuple[Person, ...]) -> Part:
    part = Part([], [], [])
    async with _service(place) as service:

        async def may(person: Person, password: str) -> bool:
            given = Redacted(password)
            try:
                someone = await service.auth.login.log_in(email=person.email, password=given, origin=Origin())
            except InvalidCredentials:
                return False
            return someone.user.email.address == person.email

        async def one_after_the_other(some: tuple[Person, ...]) -> None:
            for each in some:
                if each.is_wary and not await may(each, "wrong"):
                    part.wrong.append(each.email)
                came = await may(each, each.password)
                (part.came if came else part.nobody).append(each.email)

        await asyncio.gather(*(one_after_the_other(people[lane::_SIDE_BY_SIDE]) for lane in range(_SIDE_BY_SIDE)))
    return part


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Everybody there is, with how many sessions they have; and who of them has a hash of ours, of today."""

    sessions: dict[str, int]
    upgraded: list[str]


async def _look(place: Place, tried: Mapping[str, str]) -> _Found:
    """Look into the database, with the pepper. Of those in `tried` the hash must fit their old password as well."""
    sessions, upgraded = dict[str, int](), list[str]()
    async with _service(place) as service:
        for row in (await service.database.single_statements.read(_EVERYBODY)).rows:
            sessions[row.email] = row.sessions
            hashed = PasswordHash(Redacted(row.hash))
            written = service.transfer.give_away(hashed)
            if written is None or not written.reveal().startswith(_OURS):
                continue
            if row.email in tried:
                async with service.hasher.turn() as turn:
                    verification = await turn.verify(Redacted(tried[row.email]), hashed)
                if not verification.matches or verification.stale:
                    continue
            upgraded.append(row.email)
    return _Found(sessions=sessions, upgraded=sorted(upgraded))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Service:
    """What signs people in: the core over the database, with the hasher of today."""

    auth: AuthCore
    database: Database
    hasher: BcryptHasher
    transfer: BcryptTransfer


@asynccontextmanager
async def _service(place: Place) -> AsyncGenerator[_Service]:
    database = Database(Redacted(place.address))
    secret = MasterSecret(Redacted(place.secret.encode()))
    pepper = KeyVault(secret.derive(Purpose.PASSWORD_PEPPER), entropy=SystemEntropy())
    pool = HashingPool(HashingPolicy(deadline=timedelta(minutes=1)), first_guess=timedelta(milliseconds=1))
    hasher = BcryptHasher(pepper=pepper, cost=COST, pool=pool)
    transfer = BcryptTransfer(pepper=pepper, cost=COST, pool=pool)
    storage = postgres_ports(database, clock=SystemClock())
    ports = replace(
        memory_ports(), uow=storage.uow, candidates=storage.candidates, hasher=hasher, hash_transfer=transfer
    )
    try:
        yield _Service(auth=await auth_in_memory(ports), database=database, hasher=hasher, transfer=transfer)
    finally:
        hasher.close()
        await database.close()
