"""Bytes are thrown at the service as it is run: it answers or hangs up, and is there afterwards."""

import json
import signal
from pathlib import Path

import pytest

from auth_core import Redacted
from tests.fuzz.wire.corpus import HOSTILE, SECRET, WELL_FORMED
from tests.fuzz.wire.throwing import throw_all
from tests.integration.operations.service_process import serving

THROWN = range(3_000)


@pytest.mark.covers("HTTP-08", "HTTP-11", "HTTP-12", "HTTP-13", "HTTP-19", "HTTP-21")
async def test_bytes_do_no_harm(tmp_path: Path, address: Redacted[str]) -> None:
    settings = {
        "AUTH_ENV": "test",
        "AUTH_DATABASE_URL": address.reveal(),
        "AUTH_MASTER_SECRET": "Zk3v9QmT7rXw2LpB8sYdFh5NcJg1Ku4aE6tVo0Re",
        "AUTH_BCRYPT_COST": "4",
        "AUTH_LOG_FORMAT": "json",
        "AUTH_LOG_LEVEL": "debug",
        "AUTH_MAIL": "console",
    }
    with serving(folder=tmp_path, settings=settings) as service:
        found = await throw_all(THROWN, service.port)
        alive, _ = service.ask("GET", "/health/ready")
        ended = service.end(signal.SIGTERM)

    assert found.failures == []
    assert (alive, ended) == (200, 0)
    assert {"200", "400", "401", "404", "405", "415", "422", "hung up"} <= found.tally.keys()
    assert len(THROWN) > len(HOSTILE) + len(WELL_FORMED)
    assert SECRET not in service.said
    logged = [json.loads(line) for line in service.said.split("\n") if line.startswith("{")]  # Mail is there too.
    assert [line for line in logged if line["level"] in {"error", "critical"}] == []
    assert "Traceback" not in service.said
