"""The guide to roles and permissions, from the first to the last example, against one service."""

from pathlib import Path

from tests.integration.docs.served import Service
from tests.integration.docs.shell import run
from tests.unit.docs.markdown import executed_by

EXAMPLES = [each.text for each in executed_by(Path(__file__))]


def test_roles_are_defined_given_explained_previewed_and_changed(service: Service, tmp_path: Path) -> None:
    script = [each.replace("http://127.0.0.1:8000", service.address) for each in EXAMPLES]

    outcome = run(*script, environ=service.settings, folder=tmp_path)

    for said in (
        "Keeps the books.",
        "accountant > clerk, which has invoices:read",
        "users who lose  1",
        '"path":["admin"],"granted":"*"',
        '"code": "last_administrator"',
    ):
        assert said in outcome.said
    assert outcome.statuses == (200, 200, 201, 200, 200, 409)
    assert not outcome.complaints
