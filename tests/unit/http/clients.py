"""Another service, as the service sees it: an id, a secret, and the ways to show them."""

import base64
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from auth_core import Origin
from tests.unit.http.asgi import Answer
from tests.unit.http.service import Service

INTROSPECT: Final = "/oauth/introspect"
REVOKE: Final = "/oauth/revoke"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    service: Service
    id: str
    secret: str

    @property
    def basic(self) -> tuple[bytes, bytes]:
        return basic(f"{self.id}:{self.secret}")

    async def ask(self, path: str, **parameters: str) -> Answer:
        """Ask with HTTP Basic."""
        return await self.service.ask("POST", path, form=urlencode(parameters).encode(), headers=(self.basic,))

    async def is_active(self, token: str, **parameters: str) -> bool:
        answer = await self.ask(INTROSPECT, token=token, **parameters)
        assert answer.status == 200
        return bool(answer.json()["active"])


def basic(pair: str | bytes) -> tuple[bytes, bytes]:
    pair = pair.encode() if isinstance(pair, str) else pair
    return b"authorization", b"Basic " + base64.b64encode(pair)


async def a_client(service: Service, *permissions: str, name: str = "invoices") -> Client:
    issued = await service.auth.oauth.create_client(name=name, permissions=permissions, actor=None, origin=Origin())
    return Client(service=service, id=str(issued.client.id), secret=issued.secret.reveal())
