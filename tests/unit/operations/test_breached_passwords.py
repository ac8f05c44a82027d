"""The service asks about leaks where its settings say so, and nobody otherwise."""

import pytest

from auth_core import Redacted
from auth_http.container import container_with
from auth_http.settings import Settings


def test_nobody_is_asked_unless_it_is_set_up() -> None:
    assert container_with(Settings()).breached_passwords() is None


async def test_who_is_asked_and_how_long_is_waited_are_settings() -> None:
    settings = Settings(breached_passwords_url="http://127.0.0.1:9/range", breached_passwords_seconds=0.25)
    asked = container_with(settings).breached_passwords()

    assert asked is not None
    await asked.close()
    with pytest.raises(RuntimeError, match="closed"):
        await asked.has(Redacted("a password that has leaked"))
