"""What a process that serves imports: nothing that it may never need, and before it serves what people wait for."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from auth_core.testing import an_email
from tests.integration.operations.service_process import ServiceProcess, serving

NOT_TO_SERVE = {
    "alembic": "there is nothing to migrate",
    "jinja2": "no mail has been worded",
    "httpcore2": "nothing has been posted to a webhook",
    "httpx2": "nobody else is asked for keys or leaked passwords",
    "redis": "budgets are in the database",
    "prometheus_client": "nobody asks for metrics",
    "auth_adapters.memory": "it is for tests and small programs",
    "auth_core.testing": "it is for tests",
    "auth_http.doctor": "it is a command",
    "auth_http.serving.delivering_process": "it is a command",
    "auth_http.moving.reading": "it is a command",
}
"""Each with the reason why a service at rest does not need it."""

_IMPORTED = re.compile(r"^import time: .*\| +(\S+)$", re.MULTILINE)
PASSWORD = "correct horse battery staple"


@pytest.fixture
def service(tmp_path: Path, settings: dict[str, str]) -> Iterator[ServiceProcess]:
    """A service that lists what it imports; nothing is delivered by it, so that it only does what it is asked to."""
    listing = {"AUTH_DELIVERY": "off", "PYTHONPROFILEIMPORTTIME": "1"}
    with serving(folder=tmp_path, settings=settings | listing) as service:
        yield service


def imported_by(service: ServiceProcess) -> list[str]:
    return _IMPORTED.findall(service.said)


def is_part(module: str, of: str) -> bool:
    return module == of or module.startswith(f"{of}.")


def test_who_only_serves_does_not_hold_what_serving_does_not_need(tmp_path: Path, settings: dict[str, str]) -> None:
    with serving(folder=tmp_path, settings=settings | {"PYTHONPROFILEIMPORTTIME": "1"}) as service:
        assert service.ask("GET", "/health/ready")[0] == 200
        imported = imported_by(service)

    assert "auth_http.routers.login" in imported
    assert {each for each in imported for heavy in NOT_TO_SERVE if is_part(each, heavy)} == set()


def test_nobody_who_signs_in_waits_for_an_import(service: ServiceProcess) -> None:
    before = imported_by(service)

    person = {"email": an_email(), "password": PASSWORD}
    registered, _ = service.ask("POST", "/auth/register", person | {"first_name": "Ada", "last_name": "Lovelace"})
    signed_in, first = service.ask("POST", "/auth/login", person)
    refreshed, second = service.ask("POST", "/auth/refresh", {"refresh_token": first["refresh_token"]})
    bearer = {"Authorization": f"Bearer {second['access_token']}"}
    read, _ = service.ask("GET", "/auth/me", headers=bearer)

    assert (registered, signed_in, refreshed, read) == (201, 200, 200, 200)
    assert imported_by(service)[len(before) :] == []
