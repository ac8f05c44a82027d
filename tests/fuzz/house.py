"""A service to be asked anything: people and programs who may ask it, and what they hold."""

import base64
import time
from dataclasses import dataclass, field, fields, replace
from typing import Final, Self

from fastapi import FastAPI

from auth_adapters.jwt_tokens import JwtAccessTokenSigner, JwtRefreshTokenSigner
from auth_adapters.key_vault import KeyVault
from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.memory import MemoryStore, auth_in_memory, memory_ports
from auth_adapters.postgres import PostgresPorts
from auth_adapters.signing.vault_key_maker import VaultKeyMaker
from auth_adapters.system import SystemEntropy
from auth_core import AuthCore, Origin, Redacted
from auth_core.access.model import ADMIN, USER
from auth_core.oauth.model import ClientPermission
from auth_core.testing import Mailbox, MovableClock, PlainWording, UnsafeFastHasher, an_email, mail_to
from auth_core.tokens.key_ring import KeyRing
from auth_http.settings import Settings
from auth_http.settings.mail import MailMode
from tests.fuzz.asked import Asked, Header
from tests.fuzz.heard import Heard
from tests.fuzz.judge import Judge
from tests.unit.http.asgi import Answer, ask
from tests.unit.http.parts import Parts
from tests.unit.http.service import over

ADMINISTRATOR: Final = "administrator"
PERSON: Final = "person"
CLIENT: Final = "client"
NOBODY: Final = "nobody"
CALLERS: Final = (ADMINISTRATOR, PERSON, CLIENT, NOBODY)

PASSWORD: Final = "cnry-standing-horse-battery"
SETTINGS: Final = Settings(mail=MailMode.CONSOLE, docs=True)
UNSAFE_NO_THROTTLE: Final = SETTINGS.model_copy(update={"throttle": False})
"""For whoever asks thousands of times from one place, and expects of each answer what a first one would be."""
_HERE: Final = Origin()


@dataclass(slots=True)
class House:
    """A service, who may ask it, and what is known of it: real ids and tokens by the name of the field they go into."""

    app: FastAPI
    parts: Parts
    auth: AuthCore
    wording: PlainWording
    judge: Judge = field(default_factory=Judge)
    authorizations: dict[str, tuple[Header, ...]] = field(default_factory=dict[str, tuple[Header, ...]])
    known: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    standing: tuple[str, ...] = (PASSWORD,)

    @classmethod
    async def make(cls, storage: PostgresPorts | None = None, *, settings: Settings = SETTINGS) -> Self:
        """Return a service in memory, or over `storage`, with people in it."""
        policies, clock, entropy = settings.policies(), MovableClock(), SystemEntropy()
        master, wording = MasterSecret(Redacted(b"m" * 32)), PlainWording()
        vault = KeyVault(master.derive(Purpose.SIGNING_KEYS), entropy=entropy)
        ring = KeyRing(retirement=policies.tokens.retirement)
        ports = memory_ports(
            store=MemoryStore(),
            policies=policies,
            clock=clock,
            hasher=UnsafeFastHasher(),
            key_ring=ring,
            key_maker=VaultKeyMaker(vault, entropy=entropy),
            access_tokens=JwtAccessTokenSigner(ring, vault=vault, clock=clock),
            refresh_tokens=JwtRefreshTokenSigner(master.derive(Purpose.REFRESH_TOKENS)),
            mail=mail_to(Mailbox(), wording),
        )
        if storage is not None:
            ports = replace(ports, **{each.name: getattr(storage, each.name) for each in fields(storage)})
        auth = await auth_in_memory(ports, policies=policies)
        parts = Parts(settings=settings, auth=auth)
        house = cls(over(parts), parts, auth, wording)
        for caller in CALLERS:
            await house.renew(caller)
        return house

    async def renew(self, caller: str) -> None:
        """Let the caller be somebody new, who has lost nothing yet."""
        match caller:
            case "administrator" | "person":
                name = await self._person(ADMIN.name if caller == ADMINISTRATOR else USER.name)
                self.authorizations[caller] = ((b"authorization", b"Bearer " + name.encode()),)
            case "client":
                issued = await self.auth.oauth.create_client(
                    name=f"c{SystemEntropy().token_bytes(8).hex()}",
                    permissions=[each.value for each in ClientPermission],
                    actor=None,
                    origin=_HERE,
                )
                client_id, secret = str(issued.client.id), issued.secret.reveal()
                self._know("client_id", client_id)
                self._know("client_secret", secret)
                pair = base64.b64encode(f"{client_id}:{secret}".encode())
                self.authorizations[caller] = ((b"authorization", b"Basic " + pair),)
            case _:
                self.authorizations[caller] = ()

    async def _person(self, role: str) -> str:
        email = an_email()
        user = await self.auth.users.create(
            email=email,
            password=Redacted(PASSWORD),
            first_name="Ada",
            last_name="Lovelace",
            roles=(role,),
            actor=None,
            origin=_HERE,
        )
        held = (await self.auth.login.log_in(email=email, password=Redacted(PASSWORD), origin=_HERE)).tokens
        self._know("user_id", str(user.id))
        self._know("session_id", str(held.session.id))
        for name in ("email", "username", "new_email"):
            self._know(name, email)
        self._know("refresh_token", held.refresh_token.reveal())
        self._know("token", held.access_token.reveal())
        self._know("token", held.refresh_token.reveal())
        for name in ("password", "current_password"):
            self.known[name] = [PASSWORD]
        self.known["role"] = self.known["roles"] = ["admin", "user", "accountant"]
        self.known["permissions"] = ["users:read", "*", "users:*", "audit:read"]
        return held.access_token.reveal()

    def _know(self, name: str, value: str) -> None:
        self.known[name] = [*self.known.get(name, [])[-5:], value]

    async def read_mail(self) -> None:
        """Deliver what is due, and know the tokens that came."""
        while await self.auth.outbox.deliver():
            pass
        for message in self.wording.said:
            if (token := getattr(message, "token", None)) is not None:
                self._know("token", token.reveal())
        self.wording.said.clear()

    async def ask(self, asked: Asked, *, heard: Heard | None = None) -> tuple[Answer, list[str]]:
        """Ask, and return the answer with what is wrong with it."""
        self.app.state.container = self.parts  # Another house may have been asked meanwhile.
        begun = time.process_time()  # What it costs us: another program may have the machine meanwhile.
        answer = await ask(self.app, asked.method, asked.path, *asked.headers, body=asked.body, query=asked.query)
        seconds = time.process_time() - begun
        assert answer is not None, f"there was no answer to {asked}"
        lines, said = heard.take() if heard else ([], [])
        return answer, self.judge.faults(asked, answer, seconds=seconds, lines=lines, said=said)
