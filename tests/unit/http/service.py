"""A whole service in memory, and a person who talks to it."""

import json
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from auth_adapters.memory import MemoryStore, auth_in_memory, memory_ports
from auth_core import AuthCore
from auth_core.testing import NOON, MovableClock, UnsafeFastHasher
from auth_http.application import application
from auth_http.settings import Settings
from tests.unit.http.asgi import FORM, JSON, Answer, ask
from tests.unit.http.parts import Parts

EMAIL = "Grace@example.com"
PASSWORD = "correct horse battery staple"

_apps: dict[Settings, FastAPI] = {}


@dataclass(slots=True, kw_only=True)
class Service:
    app: ASGIApp
    parts: Parts
    auth: AuthCore
    clock: MovableClock
    hasher: UnsafeFastHasher
    store: MemoryStore

    async def ask(
        self,
        method: str,
        path: str,
        document: object = None,
        *,
        token: str | None = None,
        form: bytes | None = None,
        headers: tuple[tuple[bytes, bytes], ...] = (),
        query: bytes = b"",
    ) -> Answer:
        sent = list(headers)
        body = b""
        if document is not None:
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            sent.append(JSON)
        if form is not None:
            body = form
            sent.append(FORM)
        if token is not None:
            sent.append((b"authorization", b"Bearer " + token.encode()))
        answer = await ask(self.app, method, path, *sent, body=body, query=query)
        assert answer is not None
        return answer

    async def register(self, *, email: str = EMAIL, password: str = PASSWORD) -> Answer:
        document = {"email": email, "password": password, "first_name": "Grace", "last_name": "Hopper"}
        return await self.ask("POST", "/auth/register", document)

    async def log_in(self, *, email: str = EMAIL, password: str = PASSWORD) -> Answer:
        return await self.ask("POST", "/auth/login", {"email": email, "password": password})

    async def signed_in(self) -> dict[str, Any]:
        """Return what somebody holds who has just registered and signed in."""
        await self.register()
        answer = await self.log_in()
        assert answer.status == 200
        held: dict[str, Any] = answer.json()
        return held


async def a_service(settings: Settings | None = None) -> Service:
    settings = settings or Settings()
    clock, hasher, store = MovableClock(NOON), UnsafeFastHasher(), MemoryStore()
    policies = settings.policies()
    ports = memory_ports(store=store, policies=policies, clock=clock, hasher=hasher)
    auth = await auth_in_memory(ports, policies=policies)
    parts = Parts(settings=settings, auth=auth)
    return Service(app=over(parts), parts=parts, auth=auth, clock=clock, hasher=hasher, store=store)


def over(parts: Parts) -> FastAPI:
    """Return the application over `parts`, one for tests with the same settings: to build it takes longer than most."""
    settings = parts.settings()
    app = _apps.get(settings)
    if app is None:
        app = _apps[settings] = application(parts)
    app.state.container = parts
    return app
