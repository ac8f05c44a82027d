"""Thousands of accounts in every state, and sessions: the service makes one, which is copied in its database."""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import NullPool, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from auth_adapters.master_secret import MasterSecret, Purpose
from auth_adapters.signing.hs256 import sign
from auth_core import Redacted
from auth_core.tokens import compact
from auth_core.verification.secret import digest_of

# Whatever columns there are, all but these are as in the row that is copied.
_USERS: Final = """
    INSERT INTO auth.users SELECT (jsonb_populate_record(u, jsonb_build_object(
        'id', gen_random_uuid(), 'email', :name || n || '@example.org',
        'email_canonical', :name || n || '@example.org') || CAST(:state AS jsonb))).*
    FROM auth.users u, generate_series(0, :count - 1) n WHERE u.email_canonical = :email"""
_OF_USERS: Final = """
    INSERT INTO auth.{table} SELECT (jsonb_populate_record(r, jsonb_build_object('user_id', c.id))).*
    FROM auth.{table} r JOIN auth.users u ON u.id = r.user_id AND u.email_canonical = :email,
    auth.users c WHERE c.email_canonical LIKE :name || '%'"""
_SESSIONS: Final = """
    INSERT INTO auth.sessions SELECT (jsonb_populate_record(s, jsonb_build_object('id', i) || CASE WHEN :ended THEN
    jsonb_build_object('ended_at', now(), 'end_reason', 'logged_out') ELSE '{}' END)).*
    FROM auth.sessions s, unnest(CAST(:ids AS uuid[])) i WHERE s.id = :id"""
_TOKENS: Final = """
    INSERT INTO auth.one_time_tokens (digest, purpose, user_id, account_email, password_version, address,
    address_canonical, made_at, expires_at) SELECT d, 'reset_password', u.id, u.email_canonical, 1, u.email,
    u.email_canonical, now(), now() + interval '1 h' FROM unnest(CAST(:digests AS bytea[])) WITH ORDINALITY t(d, n)
    JOIN auth.users u ON u.email_canonical = :name || n - 1 || '@example.org'"""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Copies what `email` has, who is signed in with these tokens."""

    url: str
    email: str
    master_secret: str
    refresh_token: str = ""
    access_token: str = ""

    def _engine(self) -> AsyncEngine:
        return create_async_engine(make_url(self.url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)

    async def prove(self) -> None:
        """Let the address of the one there is count as proven."""
        engine = self._engine()
        async with engine.begin() as connection:
            await connection.execute(
                text(
                    "UPDATE auth.users SET awaits_proof = false, email_verified_at = now() "
                    "WHERE email_canonical = :email"
                ),
                {"email": self.email},
            )
        await engine.dispose()

    async def copy(self, name: str, count: int, **state: object) -> None:
        """Make `name0@example.org` and so on, with the password of the one there is, in this state."""
        engine = self._engine()
        given = {"name": name, "count": count, "email": self.email}
        async with engine.begin() as connection:
            await connection.execute(text(_USERS), {**given, "state": json.dumps(state)})
            for table in ("passwords", "role_assignments"):
                await connection.execute(text(_OF_USERS.format(table=table)), {"name": name, "email": self.email})
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            # Whoever reads a row first would mark it as committed, which costs and is not the account's doing.
            await connection.execute(text("VACUUM (ANALYZE)"))
        await engine.dispose()

    async def sessions(self, count: int, *, ended: bool = False) -> list[str]:
        """Return the refresh tokens of `count` sessions that stand, or have ended."""
        claims, ids = self._claims(), [uuid4() for _ in range(count)]
        engine = self._engine()
        async with engine.begin() as connection:
            await connection.execute(text(_SESSIONS), {"ids": ids, "id": UUID(str(claims["sid"])), "ended": ended})
        await engine.dispose()
        return [self._signed({**claims, "sid": str(each)}) for each in ids]

    def sessions_nobody_had(self, count: int) -> list[str]:
        """Return refresh tokens that are rightly signed, of sessions that are not there: purged, say."""
        return [self._signed({**self._claims(), "sid": str(uuid4())}) for _ in range(count)]

    async def reset_tokens(self, count: int) -> list[str]:
        """Return tokens that were sent for resetting a password, each to somebody else."""
        await self.copy("mailed", count)
        tokens = [secrets.token_urlsafe(32) for _ in range(count)]
        digests = [digest_of(Redacted(token)) for token in tokens]
        engine = self._engine()
        async with engine.begin() as connection:
            await connection.execute(text(_TOKENS), {"digests": digests, "name": "mailed"})
        await engine.dispose()
        return tokens

    def _claims(self) -> Mapping[str, object]:
        return compact.members(_decoded(self.refresh_token.split(".")[1]))

    def _signed(self, claims: Mapping[str, object]) -> str:
        key = MasterSecret(Redacted(self.master_secret.encode())).derive(Purpose.REFRESH_TOKENS)
        signing_input = compact.write_signing_input({"alg": "HS256", "typ": "rt+jwt", "kid": key.id}, claims)
        return compact.write(signing_input, sign(signing_input, key.secret))


def half_right(token: str, right: int) -> str:
    """Return the token under a signature of which so many bytes are right, and whatever follows is made up."""
    signed, _, signature = token.rpartition(".")
    true = _decoded(signature)
    made_up = true[:right] + secrets.token_bytes(len(true) - right)
    return f"{signed}.{base64.urlsafe_b64encode(made_up).rstrip(b'=').decode()}"


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
