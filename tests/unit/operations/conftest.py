"""What tests of running the service share."""

import logging
from collections.abc import Generator

import pytest
import structlog


@pytest.fixture(autouse=True)
def logging_as_before() -> Generator[None]:
    """Put back what a test does to the logging of the process."""
    root = logging.getLogger()
    handlers, level, configured = root.handlers, root.level, structlog.get_config()
    yield
    structlog.contextvars.clear_contextvars()
    structlog.configure(**configured)
    root.handlers, root.level = handlers, level
    logging.captureWarnings(capture=False)
