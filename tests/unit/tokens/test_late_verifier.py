"""A verifier that guards can be given before there is one."""

import pytest

from auth_core import LateVerifier, Unavailable
from auth_core.testing import SomeoneSignedIn


async def test_while_there_is_nobody_to_ask_nobody_can_tell() -> None:
    verifier, someone = LateVerifier(), SomeoneSignedIn()

    with pytest.raises(Unavailable):
        await verifier.verify_access_token(token=someone.token)


async def test_it_asks_whom_it_is_told_to_ask_and_afterwards_the_one_before() -> None:
    verifier, usual, in_between = LateVerifier(), SomeoneSignedIn(), SomeoneSignedIn()

    with verifier.asking(usual):
        with verifier.asking(in_between):
            assert await verifier.verify_access_token(token=in_between.token) == in_between.claims
        assert await verifier.verify_access_token(token=usual.token) == usual.claims

    with pytest.raises(Unavailable):
        await verifier.verify_access_token(token=usual.token)
