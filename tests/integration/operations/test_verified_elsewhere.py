"""Two processes of the service, and one that only verifies: what is taken away here is refused there, and how soon."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import pytest

from auth_adapters.remote import RemoteAuth, remote
from auth_adapters.service_credentials import BearerCredentials
from auth_adapters.verify_only import STRICT, VerifyOnly, verifying
from auth_core import IssuedTokens, Origin, Redacted, RevocationsUnknown, RevokedToken, SignedIn
from auth_core.testing import an_email
from tests.integration.operations.service_process import ServiceProcess, command, serving

PASSWORD = Redacted("correct horse battery staple")
READER = "reader@example.com"
HERE = Origin()
ROUNDS = 12


@pytest.fixture(scope="module")
def settings(address: Redacted[str]) -> dict[str, str]:
    return {
        "AUTH_ENV": "test",
        "AUTH_DATABASE_URL": address.reveal(),
        "AUTH_MASTER_SECRET": "Zk3v9QmT7rXw2LpB8sYdFh5NcJg1Ku4aE6tVo0Re",
        "AUTH_BCRYPT_COST": "4",
    }


@pytest.fixture(scope="module")
def service(settings: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    folder = tmp_path_factory.mktemp("service")
    with serving("--workers", "2", folder=folder, settings=settings) as service:
        arguments = ("users", "create", READER, "--first-name", "R", "--last-name", "R", "--admin", "--password-stdin")
        created = command(*arguments, folder=folder, settings=settings, typed=PASSWORD.reveal())
        assert created.returncode == 0, created.stderr
        yield service


@pytest.fixture
async def auth(service: ServiceProcess) -> AsyncGenerator[RemoteAuth]:
    async with remote(address=f"http://127.0.0.1:{service.port}") as auth:
        yield auth


@asynccontextmanager
async def elsewhere(port: int, auth: RemoteAuth, issuer_port: int) -> AsyncGenerator[VerifyOnly]:
    """Another service, which reaches ours at `port`."""
    held = await auth.log_in(email=READER, password=PASSWORD, origin=HERE)

    async def token() -> Redacted[str]:
        return held.tokens.access_token

    async with verifying(
        issuer=f"http://127.0.0.1:{issuer_port}",
        audience="auth-service",
        credentials=BearerCredentials(token),
        address=f"http://127.0.0.1:{port}",
    ) as verifier:
        yield verifier


async def signed_in(auth: RemoteAuth) -> SignedIn:
    email = an_email()
    await auth.register(email=email, password=PASSWORD, first_name="Ada", last_name="Lovelace", origin=HERE)
    return await auth.log_in(email=email, password=PASSWORD, origin=HERE)


def text(tokens: IssuedTokens) -> str:
    return tokens.access_token.reveal()


async def refused_after(verifier: VerifyOnly, tokens: IssuedTokens) -> float:
    """Return the seconds until the token is refused as revoked."""
    began = time.perf_counter()
    async with asyncio.timeout(30):
        while True:
            try:
                await verifier.verify_access_token(token=text(tokens))
            except RevokedToken:
                return time.perf_counter() - began
            await asyncio.sleep(0.001)


async def until_nobody_can_tell(verifier: VerifyOnly, tokens: IssuedTokens) -> float:
    """Return when the token was accepted last."""
    accepted_at = 0.0
    async with asyncio.timeout(30):
        while True:
            try:
                await verifier.verify_access_token(token=text(tokens))
            except RevocationsUnknown:
                return accepted_at
            accepted_at = time.monotonic()
            await asyncio.sleep(0.005)


async def sign_out(auth: RemoteAuth, who: SignedIn) -> IssuedTokens:
    await auth.log_out(access_token=who.tokens.access_token, origin=HERE)
    return who.tokens


async def sign_out_everywhere(auth: RemoteAuth, who: SignedIn) -> IssuedTokens:
    laptop = await auth.log_in(email=who.account.user.email.address, password=PASSWORD, origin=HERE)
    await auth.log_out_everywhere(access_token=laptop.tokens.access_token, origin=HERE)
    return who.tokens


async def change_password(auth: RemoteAuth, who: SignedIn) -> IssuedTokens:
    laptop = await auth.log_in(email=who.account.user.email.address, password=PASSWORD, origin=HERE)
    await auth.change_password(
        access_token=laptop.tokens.access_token,
        current_password=PASSWORD,
        new_password=Redacted("a quite different long password"),
        origin=HERE,
    )
    return who.tokens


@pytest.mark.covers("SES-06", "JWT-20")
@pytest.mark.parametrize("take_away", [sign_out, sign_out_everywhere, change_password])
async def test_what_was_acknowledged_here_is_refused_elsewhere_within_a_second(
    service: ServiceProcess, auth: RemoteAuth, take_away: Callable[[RemoteAuth, SignedIn], Awaitable[IssuedTokens]]
) -> None:
    waits: list[float] = []
    async with elsewhere(service.port, auth, service.port) as verifier:
        for _ in range(ROUNDS):
            who = await signed_in(auth)
            await verifier.verify_access_token(token=text(who.tokens))
            waits.append(await refused_after(verifier, await take_away(auth, who)))

    # On a machine at rest it is some milliseconds; on a busy one every step of it waits for a turn.
    assert sorted(waits)[len(waits) // 2] < 0.5, waits
    assert max(waits) < 1, waits


async def test_with_the_feed_cut_no_token_is_accepted_past_the_allowed_lag(
    service: ServiceProcess, auth: RemoteAuth
) -> None:
    who, leaving = await signed_in(auth), await signed_in(auth)
    async with cuttable(service.port) as wire, elsewhere(wire.port, auth, service.port) as verifier:
        await verifier.verify_access_token(token=text(who.tokens))
        wire.cut()
        cut_at = time.monotonic()
        await sign_out(auth, leaving)
        last_accepted = await until_nobody_can_tell(verifier, who.tokens) - cut_at
        with pytest.raises(RevocationsUnknown):
            await verifier.verify_access_token(token=text(leaving.tokens))
        wire.mend()
        async with asyncio.timeout(30):
            while not verifier.is_ready():
                await asyncio.sleep(0.01)

        await verifier.verify_access_token(token=text(who.tokens))
        with pytest.raises(RevokedToken):
            await verifier.verify_access_token(token=text(leaving.tokens))
    assert 1 < last_accepted <= STRICT.allowed_lag.total_seconds() + 0.1


class Wire:
    """Carries bytes to the service, until it is cut."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._whole = True
        self._ends: set[asyncio.StreamWriter] = set()
        self.port = 0

    def cut(self) -> None:
        self._whole = False
        for end in self._ends:
            end.transport.abort()

    def mend(self) -> None:
        self._whole = True

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        other_reader, other_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._ends |= {writer, other_writer}
        await asyncio.gather(self._pump(reader, other_writer), self._pump(other_reader, writer))
        self._ends -= {writer, other_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while part := await reader.read(1 << 16):
                writer.write(part)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def cuttable(target: int) -> AsyncGenerator[Wire]:
    wire = Wire(target)
    server = await asyncio.start_server(wire.carry, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    async with server:
        yield wire
        wire.cut()
