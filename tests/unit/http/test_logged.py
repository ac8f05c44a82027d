"""What the log learns of a request: that it was, and nothing of what it held."""

from contextlib import AbstractAsyncContextManager

import pytest
from structlog.typing import EventDict

from auth_adapters.memory import auth_in_memory, memory_ports
from auth_core import Origin
from auth_core.credentials.passwords.ports import HashingTurn
from auth_http.settings import Settings
from tests.unit.http.asgi import JSON, ask
from tests.unit.http.parts import Parts
from tests.unit.http.service import EMAIL, PASSWORD, Service, over


@pytest.mark.covers("R-L1", "HTTP-21", "PWD-18")
async def test_no_secret_and_no_address_is_logged_on_the_whole_way(service: Service, lines: list[EventDict]) -> None:
    held = await service.signed_in()
    access, refresh = held["access_token"], held["refresh_token"]
    change = {"current_password": PASSWORD, "new_password": PASSWORD + " 2"}
    await service.ask("POST", "/auth/refresh", {"refresh_token": refresh})
    await service.ask("POST", "/auth/verify", {"token": access})
    await service.ask("POST", "/auth/verify", {"token": access + "x"})
    await service.ask("GET", "/auth/me", token=access + "x")
    await service.ask("GET", "/auth/me", token=access, query=b"access_token=" + access.encode())
    await service.ask("POST", "/auth/login", {"email": EMAIL, "password": PASSWORD + "x", PASSWORD: 1})
    await service.ask("POST", "/auth/change-password", change, token=access)
    await service.ask("POST", "/auth/token", form=f"grant_type=password&username={EMAIL}&password=wrong".encode())

    said = repr(lines)
    assert len(lines) == 10
    assert not [secret for secret in (PASSWORD, access, refresh, EMAIL, access.split(".")[2]) if secret in said]


class BrokenHasher:
    """Fails the way drivers do: with everything it was given in its message."""

    def turn(self, origin: Origin | None = None) -> AbstractAsyncContextManager[HashingTurn]:
        raise RuntimeError(f"cannot hash: [parameters: ('{EMAIL}', '{PASSWORD}')]")


@pytest.mark.covers("R-H6", "HTTP-21")
async def test_what_breaks_inside_a_use_case_is_told_without_what_it_held(lines: list[EventDict]) -> None:
    app = over(Parts(settings=Settings(), auth=await auth_in_memory(memory_ports(hasher=BrokenHasher()))))
    answer = await ask(app, "POST", "/auth/login", JSON, body=b'{"email": "a@b.cd", "password": "x"}')

    assert answer is not None
    assert (answer.status, answer.code) == (500, "internal_error")
    assert [line["event"] for line in lines] == ["unexpected_error", "request"]
    assert PASSWORD not in repr(lines) + answer.body.decode()
