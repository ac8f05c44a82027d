"""A whole program: it signs a person in, over adapters in memory. The README and the tutorial show it."""
# ruff: noqa: T201 - it has something to say

import asyncio

from auth_adapters.memory import auth_in_memory
from auth_core import Origin, Redacted


async def main() -> None:
    auth = await auth_in_memory()
    secret = Redacted("correct horse battery staple")
    await auth.users.register(
        email="grace@example.com", password=secret, first_name="Grace", last_name="Hopper", origin=Origin()
    )
    someone = await auth.login.log_in(email="grace@example.com", password=secret, origin=Origin())
    claims = await auth.tokens.verify_access_token(token=someone.tokens.access_token.reveal())
    print(someone.user.email, "is signed in until", claims.expires_at)


asyncio.run(main())
