"""`AuthCore.tokens` is a `TokenVerifier`: whoever takes one takes the core in process."""

from auth_adapters.memory import auth_in_memory
from auth_core import Origin, Redacted, TokenVerifier


async def test_the_core_in_process_tells_whose_a_token_is() -> None:
    auth = await auth_in_memory()
    secret = Redacted("correct horse battery staple")
    await auth.users.register(
        email="ada@example.com", password=secret, first_name="Ada", last_name="Lovelace", origin=Origin()
    )
    someone = await auth.login.log_in(email="ada@example.com", password=secret, origin=Origin())
    verifier: TokenVerifier = auth.tokens

    claims = await verifier.verify_access_token(token=someone.tokens.access_token.reveal())

    assert claims.principal.user_id == someone.user.id
