"""The guide to inviting people, from the first to the last example, against one service that prints its mail."""

from pathlib import Path

from auth_core import Redacted
from tests.integration.docs.served import served
from tests.integration.docs.shell import run
from tests.unit.docs.markdown import executed_by

EXAMPLES = [each.text for each in executed_by(Path(__file__))]


def test_people_are_invited_by_command_and_over_http_and_accept_once(address: Redacted[str], tmp_path: Path) -> None:
    settings = {"AUTH_REGISTRATION": "invitation", "AUTH_MAIL": "console"}

    with served(address.reveal(), tmp_path, log=tmp_path / "serve.log", **settings) as service:
        script = [each.replace("http://127.0.0.1:8000", service.address) for each in EXAMPLES]
        outcome = run(*script, environ=service.settings, folder=tmp_path)

    for said in (
        "invited     grace@example.com",
        "the operator",
        "withdrawn  yes",
        '"status":"invited"',
        '"first_name":"Joan","last_name":null',
        '"status":"active"',
        '"code": "unusable_token"',
        '"roles":["admin","user"]',
        '"code": "registration_closed"',
    ):
        assert said in outcome.said
    assert outcome.statuses == (200, 201, 201, 200, 200, 200, 422, 200, 403)
    assert not outcome.complaints
    log = (tmp_path / "serve.log").read_text()
    assert log.count("--- mail to joan@example.com: You are invited") == 1
    assert log.count("--- mail to grace@example.com: Sie sind eingeladen") == 2
