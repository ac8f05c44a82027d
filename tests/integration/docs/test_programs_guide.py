"""The guide for programs that administer, from the first to the last example, against one service."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from auth_core import Redacted
from tests.integration.docs.served import Service, served
from tests.integration.docs.shell import run
from tests.unit.docs.markdown import executed_by

EXAMPLES = [each.text for each in executed_by(Path(__file__))]
SECRET = "q3Yd0vJ8mK2xT7bNfR5wLz9cGhS4pVaE1uXiOoBtWnM="


@pytest.fixture(scope="module")
def service(address: Redacted[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with served(address.reveal(), tmp_path_factory.mktemp("service"), AUTH_SETUP_SECRET=SECRET) as service:
        yield service


@pytest.mark.covers("AUZ-15", "AUZ-16")
def test_a_program_sets_up_repeats_and_changes_many(service: Service, tmp_path: Path) -> None:
    script = [each.replace("http://127.0.0.1:8000", service.address) for each in EXAMPLES]

    outcome = run(*script, environ=service.settings, folder=tmp_path)

    assert outcome.statuses == (201, 200, 201, 201, 200, 200)
    secrets = [part.split('"')[0] for part in outcome.said.split('"client_secret":"')[1:]]
    assert len(secrets) == 2
    assert len(set(secrets)) == 1
    assert outcome.said.count('"code":"email_taken"') == 2
    assert outcome.said.count('"done":1,"failed":2') == 2
    for said in ("would be done  1", "something would fail", "done    1", "hire-4714", "something failed"):
        assert said in outcome.said
    assert not outcome.complaints
