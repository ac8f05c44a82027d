"""What tests of running the service share."""

import pytest

from auth_core import Redacted
from tests.integration.databases import Databases


@pytest.fixture
async def empty(databases: Databases) -> Redacted[str]:
    """The address of a database without a schema."""
    return await databases.empty()


@pytest.fixture
def settings(address: Redacted[str]) -> dict[str, str]:
    """Settings for a service on the database of the module; a password takes a moment only."""
    return {
        "AUTH_ENV": "test",
        "AUTH_DATABASE_URL": address.reveal(),
        "AUTH_MASTER_SECRET": "Zk3v9QmT7rXw2LpB8sYdFh5NcJg1Ku4aE6tVo0Re",  # services that share a database share it
        "AUTH_BCRYPT_COST": "4",
    }
