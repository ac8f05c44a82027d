"""Everybody who may ask a route, by what they put into the `Authorization` header."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Self

from auth_core import Origin, Redacted
from auth_core.access.model import ADMIN, USER
from auth_core.access.permissions import OUR_PERMISSIONS
from auth_core.login.model import LoggedIn
from auth_core.oauth.model import ClientPermission
from auth_core.testing import an_email
from auth_http.needs import Needs
from docs.generate.routes import Who
from tests.unit.http.clients import Client, a_client, basic
from tests.unit.http.kinds_of_tokens import a_house
from tests.unit.http.service import PASSWORD, Service

type Permissions = frozenset[str]

FOR_CLIENTS: Final = frozenset(each.value for each in ClientPermission)
EVERY: Final = frozenset(OUR_PERMISSIONS) | FOR_CLIENTS
HERE: Final = Origin()


@dataclass(slots=True)
class Callers:
    """Makes each caller when one is needed, and again when what it holds may have been used up."""

    service: Service
    expired: str
    held: dict[tuple[Who, Permissions], tuple[bytes, ...]] = field(
        default_factory=dict[tuple[Who, Permissions], tuple[bytes, ...]]
    )
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @classmethod
    async def make(cls) -> Self:
        house = await a_house()
        expired: str = (await house.signed_in())["access_token"]
        house.service.clock.advance(timedelta(minutes=20))
        return cls(house.service, expired)

    async def authorization(self, who: Who, needs: Needs) -> tuple[bytes, ...]:
        """Return the header that such a caller sends to a route that asks for this."""
        caller = who, needs.permissions
        if caller not in self.held:
            self.held[caller] = await self._made(who, needs.permissions)
        return self.held[caller]

    def forget(self, who: Who, needs: Needs) -> None:
        """Make the caller anew next time."""
        self.held.pop((who, needs.permissions), None)

    async def _made(self, who: Who, needed: Permissions) -> tuple[bytes, ...]:
        match who:
            case Who.NOBODY:
                return ()
            case Who.CLIENT:
                return ((await self._client(needed & FOR_CLIENTS)).basic[1],)
            case Who.CLIENT_ALL_BUT:
                return ((await self._client(FOR_CLIENTS - needed)).basic[1],)
            case Who.NO_CLIENT:
                client = await self._client(FOR_CLIENTS)
                return (basic(f"{client.id}:{client.secret}x")[1],)
            case _:
                return (b"Bearer " + (await self._token(who, needed)).encode(),)

    async def _token(self, who: Who, needed: Permissions) -> str:
        match who:
            case Who.EXPIRED:
                return self.expired
            case Who.CLIENT_SECRET:
                return (await self._client(FOR_CLIENTS)).secret
            case Who.EXACTLY:
                held = await self._signed_in(await self._role(needed))
            case Who.ALL_BUT:
                held = await self._signed_in(await self._role(EVERY - needed))
            case Who.ADMIN:
                held = await self._signed_in(ADMIN.name)
            case _:
                held = await self._signed_in(USER.name)
        match who:
            case Who.REFRESH:
                return held.tokens.refresh_token.reveal()
            case Who.SIGNED_OUT:
                await self.service.auth.sessions.log_out_everywhere(user_id=held.user.id, origin=HERE)
            case Who.DISABLED:
                await self.service.auth.users.disable(user_id=held.user.id, actor=None, origin=HERE)
            case _:
                pass
        return held.tokens.access_token.reveal()

    async def _signed_in(self, role: str) -> LoggedIn:
        email, password = an_email(), Redacted(PASSWORD)
        await self.service.auth.users.create(
            email=email,
            password=password,
            first_name="Ada",
            last_name="Lovelace",
            roles=(role,),
            actor=None,
            origin=HERE,
        )
        return await self.service.auth.login.log_in(email=email, password=password, origin=HERE)

    async def _role(self, permissions: Permissions) -> str:
        name = f"r{next(self.numbers)}"
        await self.service.auth.access.define_role(
            name=name, permissions=sorted(permissions), parents=(), actor=None, origin=HERE
        )
        return name

    async def _client(self, permissions: Permissions) -> Client:
        return await a_client(self.service, *permissions, name=f"c{next(self.numbers)}")
