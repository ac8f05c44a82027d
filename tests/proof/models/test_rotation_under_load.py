"""Three rotations while everybody signs and verifies.

Two processes look at the keys at different moments, and their clocks differ; services elsewhere keep the key set for as
long as they may. Then the same with a mistake in it.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import override

import pytest

from auth_adapters.memory import FOR_TESTS, MemoryStore, memory_ports
from auth_core import AuthCore, InvalidToken, NoSigningKey, Origin, TokenPolicy, assemble
from auth_core.testing import NOON, MovableClock, SeededEntropy
from auth_core.tokens.key_ring import KeyRing
from auth_core.tokens.keys import KeyState, state_of
from auth_core.tokens.ports import TokenSigner

STEP = timedelta(seconds=10)
POLICY = TokenPolicy(
    issuer="https://auth.test",
    audience="https://api.test",
    access_lifetime=timedelta(minutes=10),
    key_rotation=timedelta(minutes=40),
)
ROTATION_CHECK = timedelta(minutes=2)


class Clock(MovableClock):
    """Shows the time of the world, ahead or behind."""

    def __init__(self, world: MovableClock, ahead: timedelta) -> None:
        self._world = world
        self._ahead = ahead

    @override
    def now(self) -> datetime:
        return self._world.now() + self._ahead


@dataclass(kw_only=True)
class Process:
    name: str
    auth: AuthCore
    signer: TokenSigner
    clock: Clock
    looks: timedelta
    looked_at: datetime
    rotated_at: datetime

    @classmethod
    def start(
        cls,
        name: str,
        store: MemoryStore,
        world: MovableClock,
        policy: TokenPolicy,
        *,
        ahead: timedelta,
        phase: timedelta,
    ) -> "Process":
        clock = Clock(world, ahead)
        policies = replace(FOR_TESTS, tokens=policy)
        ring = KeyRing(retirement=policy.retirement)
        ports = memory_ports(
            store=store, policies=policies, clock=clock, key_ring=ring, entropy=SeededEntropy(name.encode())
        )
        begun = world.now() - phase
        return cls(
            name=name,
            auth=assemble(ports, policies),
            signer=ports.access_tokens,
            clock=clock,
            looks=POLICY.key_reload,
            looked_at=begun,
            rotated_at=begun,
        )

    async def background(self, now: datetime) -> None:
        """What the worker of a process does, no sooner than it must."""
        if now >= self.looked_at + self.looks:
            self.looked_at = now
            await self.auth.tokens.load_keys()
        if now >= self.rotated_at + ROTATION_CHECK:
            self.rotated_at = now
            await self.auth.tokens.rotate_keys(if_due=True, origin=Origin())

    def published(self) -> set[str]:
        return {key["kid"] for key in self.auth.tokens.publish_keys()}


@dataclass(kw_only=True)
class Elsewhere:
    """A service that verifies by the key set, and asks for it again when it may keep it no longer."""

    ask: Callable[[], set[str]]
    known: set[str] = field(default_factory=set[str])
    until: datetime = NOON

    def knows(self, kid: str, now: datetime) -> bool:
        if now >= self.until:
            self.known, self.until = self.ask(), now + POLICY.jwks_cache
        return kid in self.known


@dataclass(kw_only=True)
class Load:
    """The world, and what went wrong in it."""

    policy: TokenPolicy = POLICY
    world: MovableClock = field(default_factory=MovableClock)
    store: MemoryStore = field(default_factory=MemoryStore)
    complaints: list[str] = field(default_factory=list[str])
    newest: dict[str, tuple[str, datetime]] = field(default_factory=dict[str, tuple[str, datetime]])
    """Of each key the last token, which is the last to expire: whether it is accepted is the same for all of a key."""
    everywhere_since: dict[str, datetime] = field(default_factory=dict[str, datetime])

    async def run(self, *, until_rotations: int = 3, slow_looker: bool = False) -> int:
        """Drive everybody until the last of the rotations is long over; return how many keys have signed."""
        skew = POLICY.clock_skew / 2
        self.processes = [
            Process.start("a", self.store, self.world, self.policy, ahead=skew, phase=timedelta(0)),
            Process.start("b", self.store, self.world, self.policy, ahead=-skew, phase=timedelta(seconds=30)),
        ]
        for process in self.processes:
            await process.auth.tokens.rotate_keys(if_due=True, origin=Origin())
            await process.auth.tokens.load_keys()
        if slow_looker:
            self.processes[1].looks = timedelta(minutes=8)
        services = [Elsewhere(ask=process.published) for process in self.processes]
        end = NOON + (POLICY.key_rotation + POLICY.publication + ROTATION_CHECK) * until_rotations + POLICY.retirement
        first = self.processes[0].published()
        while (now := self.world.advance(STEP)) < end:
            for process in self.processes:
                await process.background(now)
            self._note_published(now)
            for process in self.processes:
                self._sign(process, now, first)
            self._verify(services, now)
        return len(self.newest)

    def _note_published(self, now: datetime) -> None:
        for kid in set[str].intersection(*(process.published() for process in self.processes)):
            self.everywhere_since.setdefault(kid, now)

    def _sign(self, process: Process, now: datetime, first: set[str]) -> None:
        try:
            token = process.signer.sign({}).reveal()
        except NoSigningKey:
            self.complaints.append(f"{process.name} has no key to sign with")
            return
        kid = kid_of(token)
        self.newest[kid] = token, now
        keys = list(self.store.committed.signing_keys.values())
        states: dict[str, KeyState] = {
            key.kid: state_of(key, keys, now=process.clock.now(), retirement=POLICY.retirement) for key in keys
        }
        if states.get(kid) is not KeyState.ACTIVE:
            self.complaints.append(f"{process.name} signs with a key that is {states.get(kid)}")
        known_for = now - self.everywhere_since.get(kid, now)
        if kid not in first and known_for < POLICY.jwks_cache:
            self.complaints.append(f"{process.name} signs with a key that others have known for {known_for}")

    def _verify(self, services: Sequence[Elsewhere], now: datetime) -> None:
        for kid, (token, signed_at) in self.newest.items():
            if now >= signed_at + POLICY.access_lifetime:
                continue
            for process in self.processes:
                if not opens(process.signer, token):
                    self.complaints.append(f"{process.name} refuses a good token")
            for service in services:
                if not service.knows(kid, now):
                    self.complaints.append("a service elsewhere refuses a good token")


def kid_of(token: str) -> str:
    header = token.split(".", maxsplit=1)[0]
    kid: str = json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"]
    return kid


def opens(signer: TokenSigner, token: str) -> bool:
    try:
        signer.open(token)
    except InvalidToken:
        return False
    return True


@pytest.mark.covers("JWT-18")
async def test_no_good_token_is_refused_and_no_key_signs_out_of_its_time() -> None:
    load = Load()

    keys = await load.run()

    assert keys == 4
    assert load.complaints == []


class SignsAtOnce(TokenPolicy):
    """A new key signs when it is made."""

    @property
    @override
    def publication(self) -> timedelta:
        return timedelta(0)


class ForgetsTheReload(TokenPolicy):
    """Others are waited for, our own processes are not."""

    @property
    @override
    def publication(self) -> timedelta:
        return self.jwks_cache


class ForgetsTheTokens(TokenPolicy):
    """A key is dropped when its successor signs."""

    @property
    @override
    def retirement(self) -> timedelta:
        return timedelta(0)


class ForgetsTheClocks(TokenPolicy):
    """A key is kept for as long as its tokens by one clock, and there are several."""

    @property
    @override
    def retirement(self) -> timedelta:
        return self.access_lifetime - self.clock_skew


@pytest.mark.parametrize("mistake", [SignsAtOnce, ForgetsTheReload, ForgetsTheTokens, ForgetsTheClocks])
async def test_a_mistake_in_the_times_is_noticed(mistake: type[TokenPolicy]) -> None:
    policy = mistake(
        issuer=POLICY.issuer,
        audience=POLICY.audience,
        access_lifetime=POLICY.access_lifetime,
        key_rotation=POLICY.key_rotation,
    )
    load = Load(policy=policy)

    await load.run(until_rotations=1)

    assert load.complaints


async def test_a_process_that_looks_too_seldom_is_noticed() -> None:
    load = Load()

    await load.run(until_rotations=1, slow_looker=True)

    assert load.complaints
