"""A service on a database of its own for each module of examples."""

from collections.abc import Iterator

import pytest

from auth_core import Redacted
from tests.integration.docs.served import Service, served


@pytest.fixture(scope="module")
def service(address: Redacted[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with served(address.reveal(), tmp_path_factory.mktemp("service")) as service:
        yield service
