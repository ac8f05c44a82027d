"""A signing key that is revoked by the command, while the service serves in several processes."""

import json
import time
from pathlib import Path

import pytest

from tests.integration.operations.service_process import command, eventually, serving

PERSON = {"email": "key-holder@example.com", "password": "correct horse battery staple"}
WITHIN = 2.0


@pytest.mark.covers("JWT-18")
def test_every_worker_refuses_its_tokens_within_the_bound_and_goes_on_signing(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    settings |= {"AUTH_KEY_RELOAD_SECONDS": "3600"}  # nobody may learn of it by looking at the keys
    with serving("--workers", "2", folder=tmp_path, settings=settings) as service:
        names = {"first_name": "Ada", "last_name": "Lovelace"}
        assert service.ask("POST", "/auth/register", {**PERSON, **names})[0] == 201
        token = service.ask("POST", "/auth/login", PERSON)[1]["access_token"]

        def statuses() -> set[int]:
            """What ten connections are told: the workers take them as they come."""
            return {service.ask("POST", "/auth/verify", {"token": token})[0] for _ in range(10)}

        before = statuses()
        keys = json.loads(command("keys", "list", "--json", folder=tmp_path, settings=settings).stdout)
        [kid] = [key["kid"] for key in keys if key["state"] == "active"]

        revoked = command("keys", "revoke", kid, folder=tmp_path, settings=settings)
        acknowledged = time.monotonic()
        eventually(lambda: statuses() == {401}, within=WITHIN)
        taken = time.monotonic() - acknowledged

        assert before == {200}
        assert revoked.returncode == 0
        assert taken < WITHIN
        eventually(lambda: service.ask("POST", "/auth/login", PERSON)[0] == 200, within=10)
        eventually(lambda: all(service.ask("POST", "/auth/login", PERSON)[0] == 200 for _ in range(10)), within=10)
        fresh = service.ask("POST", "/auth/login", PERSON)[1]["access_token"]
        assert service.ask("POST", "/auth/verify", {"token": fresh})[0] == 200
