"""What tests of the wire share."""

from collections.abc import Generator

import pytest

from auth_core import Redacted
from tests.integration.operations.service_process import ServiceProcess, serving

SETTINGS = {
    "AUTH_ENV": "test",
    "AUTH_BCRYPT_COST": "4",
    "AUTH_MASTER_SECRET": "Zk3v9QmT7rXw2LpB8sYdFh5NcJg1Ku4aE6tVo0Re",  # services that share a database share it
    "AUTH_REQUEST_SECONDS": "1",
    "AUTH_KEEP_ALIVE_SECONDS": "1",
    "AUTH_TRUSTED_PROXIES": "127.0.0.1",
}


@pytest.fixture(scope="module")
def service(address: Redacted[str], tmp_path_factory: pytest.TempPathFactory) -> Generator[ServiceProcess]:
    """The service as it is shipped, for clients who are in a hurry."""
    settings = {**SETTINGS, "AUTH_DATABASE_URL": address.reveal(), "AUTH_LOG_LEVEL": "debug"}
    with serving(folder=tmp_path_factory.mktemp("service"), settings=settings) as service:
        yield service
