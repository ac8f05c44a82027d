"""What a thief of the database finds: nothing that can be presented."""

import base64
import hashlib

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_core import AuthCore, InvalidCredentials, Redacted
from tests.integration.postgres.person import NEW_PASSWORD, PASSWORD, signed_in
from tests.integration.postgres.questions import rows


async def everything(operator: AsyncEngine) -> str:
    """Return every row of every table as text."""
    tables = await rows(
        operator, "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'auth'"
    )
    assert len(tables) >= 8
    dump: list[str] = []
    for table in tables:
        dump += [row.whole for row in await rows(operator, f"SELECT one::text AS whole FROM {table.name} AS one")]
    return "\n".join(dump)


@pytest.mark.covers("RFR-19")
async def test_no_token_and_no_password_is_stored_nor_a_plain_digest_of_one(
    auth: AuthCore, operator: AsyncEngine
) -> None:
    person = await signed_in(auth)
    held: list[Redacted[str]] = []
    for _ in range(3):
        assert person.tokens is not None
        held += [person.tokens.access_token, person.tokens.refresh_token]
        await person.refresh()
    await person.change_password()
    with pytest.raises(InvalidCredentials):
        await person.log_in(Redacted("a wrong password with a canary"))
    await person.log_in(NEW_PASSWORD)
    await person.log_out()

    dump = await everything(operator)

    assert str(person.id) in dump
    for secret in (*held, PASSWORD, NEW_PASSWORD, Redacted("canary")):
        for form in _forms_of(secret.reveal()):
            assert form not in dump


def _forms_of(secret: str) -> list[str]:
    digest = hashlib.sha256(secret.encode()).digest()
    return [
        secret,
        secret.encode().hex(),
        digest.hex(),
        base64.b64encode(digest).decode(),
        base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        *(part for part in secret.split(".")[1:] if len(part) > 20),  # payload and signature of a token
    ]
