"""A service that asks the core about tokens."""

from dataclasses import dataclass, replace
from typing import Self

from auth_core import Redacted, assemble
from auth_core.oauth.model import ClientCredentials, ClientPermission, ServiceClient
from auth_core.oauth.token_kinds import TokenInformation, TokenKind
from auth_core.sessions.token_pair import REFRESH_TOKEN_TYPE
from auth_core.testing import HmacTokenSigner
from auth_core.tokens.claims import ACCESS_TOKEN_TYPE
from tests.unit.core_in_memory import HERE, Core

KEY = b"k" * 32
KINDS = (ACCESS_TOKEN_TYPE, REFRESH_TOKEN_TYPE, "JWT", "AT+JWT", "id+jwt", "logout+jwt", "reset+jwt", "verify+jwt", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A client, with its secret, and the core it asks."""

    core: Core
    client: ServiceClient
    secret: Redacted[str]

    @classmethod
    async def make(cls, core: Core, *permissions: str, name: str = "invoices") -> Self:
        """Make a client with these permissions."""
        issued = await core.auth.oauth.create_client(name=name, permissions=permissions, actor=None, origin=HERE)
        return cls(core=core, client=issued.client, secret=issued.secret)

    @property
    def credentials(self) -> ClientCredentials:
        return ClientCredentials(client_id=str(self.client.id), secret=self.secret)

    async def authenticate(self, needs: ClientPermission, secret: Redacted[str] | None = None) -> ServiceClient:
        credentials = ClientCredentials(client_id=str(self.client.id), secret=secret or self.secret)
        return await self.core.auth.oauth.authenticate(credentials, needs=needs, origin=HERE)

    async def introspect(self, token: Redacted[str] | str, *, hint: TokenKind | None = None) -> TokenInformation | None:
        shown = token if isinstance(token, Redacted) else Redacted(token)
        return await self.core.auth.oauth.introspect(credentials=self.credentials, token=shown, hint=hint, origin=HERE)

    async def revoke(self, token: Redacted[str] | str) -> None:
        shown = token if isinstance(token, Redacted) else Redacted(token)
        await self.core.auth.oauth.revoke(credentials=self.credentials, token=shown, origin=HERE)


async def under_one_key() -> Core:
    """A core whose two kinds of tokens differ by their kind alone."""
    core = await Core.make()
    ports = replace(
        core.ports,
        access_tokens=HmacTokenSigner.fixed(KEY, typ=ACCESS_TOKEN_TYPE),
        refresh_tokens=HmacTokenSigner.fixed(KEY, typ=REFRESH_TOKEN_TYPE),
    )
    return replace(core, ports=ports, auth=assemble(ports, core.policies))
