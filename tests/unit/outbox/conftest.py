"""What tests of messages share."""

import pytest

from tests.unit.outbox.post_office import PostOffice


@pytest.fixture
async def office() -> PostOffice:
    return await PostOffice.make()
