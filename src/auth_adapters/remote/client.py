"""The use cases by the tokens people hold, where the core runs in a service of its own."""

import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from auth_adapters.answers import Unreadable
from auth_adapters.extras import needs
from auth_adapters.remote.documents import account_in, claims_in, registered_in, sessions_in, signed_in_in, tokens_in
from auth_adapters.remote.exchange import Call, Document, Exchange
from auth_adapters.remote.failures import unknown
from auth_adapters.service_address import checked, is_of_this_machine
from auth_core.client import Account, IssuedTokens, OwnSession, SignedIn
from auth_core.credentials.passwords.errors import WeakPassword
from auth_core.errors import Rejected
from auth_core.ids import SessionId
from auth_core.login.errors import InvalidCredentials
from auth_core.origin import Origin
from auth_core.redacted import Redacted
from auth_core.sessions.errors import InvalidRefreshToken
from auth_core.tokens.claims import VerifiedClaims
from auth_core.tokens.compact import LARGEST_TOKEN
from auth_core.tokens.errors import InvalidToken, MalformedToken
from auth_core.users.model import User

with needs("verify"):
    import httpx2

# No other text is a token, and none of it can be anything but a value in a header.
_TOKEN: Final = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)
# Idle connections go before the service closes them: a request on one that is being closed would be lost.
_POOL: Final = httpx2.Limits(max_connections=50, max_keepalive_connections=20, keepalive_expiry=3.0)


class RemoteAuth:
    """An `AuthClient` over HTTP.

    What is repeatable is sent once more when its answer is lost: what only reads, and a refresh, whose token may be
    presented again. Whatever else changes something is sent once.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def verify_access_token(self, *, token: str) -> VerifiedClaims:
        """Return what the token says."""
        if not _could_be_a_token(token):
            raise MalformedToken
        call = Call(method="POST", path="/auth/verify", document={"token": Redacted(token)}, repeatable=True)
        return await self._read(call, claims_in)

    async def register(
        self, *, email: str, password: Redacted[str], first_name: str, last_name: str, origin: Origin
    ) -> User | None:
        """Create an account, or ask for one."""
        document: Document = {"email": email, "password": password, "first_name": first_name, "last_name": last_name}
        call = Call(method="POST", path="/auth/register", document=document, origin=origin, writes=True)
        return await self._read(call, registered_in)

    async def log_in(
        self, *, email: str, password: Redacted[str], new_password: Redacted[str] | None = None, origin: Origin
    ) -> SignedIn:
        """Open a session."""
        document: Document = {"email": email, "password": password}
        if new_password is not None:
            document = {**document, "new_password": new_password}
        call = Call(method="POST", path="/auth/login", document=document, origin=origin, writes=True)
        try:
            return await self._read(call, signed_in_in)
        except WeakPassword:
            raise
        except Rejected as error:
            raise InvalidCredentials from error  # What cannot even be sent is nobody's password.

    async def refresh(self, *, refresh_token: Redacted[str], origin: Origin) -> IssuedTokens:
        """Trade a refresh token for the next tokens of its session."""
        if not _could_be_a_token(refresh_token.reveal()):
            raise InvalidRefreshToken
        document = {"refresh_token": refresh_token}
        call = Call(method="POST", path="/auth/refresh", document=document, origin=origin, writes=True, repeatable=True)
        return await self._read(call, tokens_in)

    async def profile(self, *, access_token: Redacted[str]) -> Account:
        """Return the caller, with the rights they have at this moment."""
        call = Call(method="GET", path="/auth/me", access_token=_sendable(access_token), repeatable=True)
        return await self._read(call, account_in)

    async def update_profile(
        self,
        *,
        access_token: Redacted[str],
        first_name: str | None = None,
        last_name: str | None = None,
        origin: Origin,
    ) -> Account:
        """Change the names that are given."""
        names = {"first_name": first_name, "last_name": last_name}
        call = Call(
            method="PATCH",
            path="/auth/me",
            document={field: name for field, name in names.items() if name is not None},
            access_token=_sendable(access_token),
            origin=origin,
            writes=True,
        )
        return await self._read(call, account_in)

    async def change_password(
        self,
        *,
        access_token: Redacted[str],
        current_password: Redacted[str],
        new_password: Redacted[str],
        origin: Origin,
    ) -> None:
        """Change the caller's password and end their other sessions."""
        call = Call(
            method="POST",
            path="/auth/change-password",
            document={"current_password": current_password, "new_password": new_password},
            access_token=_sendable(access_token),
            origin=origin,
            writes=True,
        )
        await self._exchange.ask(call)

    async def leave(self, *, access_token: Redacted[str], password: Redacted[str], origin: Origin) -> None:
        """Delete the caller's account and end every session."""
        call = Call(
            method="DELETE",
            path="/auth/me",
            document={"password": password},
            access_token=_sendable(access_token),
            origin=origin,
            writes=True,
        )
        await self._exchange.ask(call)

    async def sessions(self, *, access_token: Redacted[str]) -> Sequence[OwnSession]:
        """Return where the caller is signed in."""
        call = Call(method="GET", path="/auth/sessions", access_token=_sendable(access_token), repeatable=True)
        return await self._read(call, sessions_in)

    async def end_session(self, *, access_token: Redacted[str], session_id: SessionId, origin: Origin) -> None:
        """End one session of the caller."""
        await self._exchange.ask(_ending("DELETE", f"/auth/sessions/{session_id}", access_token, origin))

    async def log_out(self, *, access_token: Redacted[str], origin: Origin) -> None:
        """End the session the access token belongs to."""
        await self._exchange.ask(_ending("POST", "/auth/logout", access_token, origin))

    async def log_out_everywhere(self, *, access_token: Redacted[str], origin: Origin) -> None:
        """End every session of the caller."""
        await self._exchange.ask(_ending("POST", "/auth/logout-all", access_token, origin))

    async def _read[T](self, call: Call, read: Callable[[bytes], T]) -> T:
        body = await self._exchange.ask(call)
        try:
            return read(body)
        except Unreadable:
            pass
        # Out here, so that no exception leads to the tokens in it.
        body = b""
        raise unknown(writes=call.writes)


def _ending(method: str, path: str, access_token: Redacted[str], origin: Origin) -> Call:
    return Call(method=method, path=path, access_token=_sendable(access_token), origin=origin, writes=True)


def _could_be_a_token(text: str) -> bool:
    return len(text) <= LARGEST_TOKEN and _TOKEN.fullmatch(text) is not None


def _sendable(access_token: Redacted[str]) -> Redacted[str]:
    """Return the token. Raises: InvalidToken for what is none: it is not put into a header."""
    if not _could_be_a_token(access_token.reveal()):
        raise InvalidToken
    return access_token


@asynccontextmanager
async def remote(
    *, address: str, client: httpx2.AsyncClient | None = None, unsafe_plain_http: bool = False
) -> AsyncGenerator[RemoteAuth]:
    """Ask the service at `address` while the block runs.

    `client` is for those who need one of their own, for a proxy or an authority of their own; it is not closed here.
    The service believes addresses in `Origin` when this machine is among its `AUTH_TRUSTED_PROXIES`.

    Raises: ValueError for an address that is not https.
    """
    where = checked(address, unsafe_plain_http=unsafe_plain_http)
    async with AsyncExitStack() as stack:
        if client is None:
            client = await stack.enter_async_context(
                httpx2.AsyncClient(limits=_POOL, trust_env=not is_of_this_machine(where))
            )
        yield RemoteAuth(Exchange(client, address=where))
