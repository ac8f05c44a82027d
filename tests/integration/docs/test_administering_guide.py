"""The guide to administering people, from the first to the last example, against one service."""

from pathlib import Path

from tests.integration.docs.served import Service
from tests.integration.docs.shell import run
from tests.unit.docs.markdown import executed_by

EXAMPLES = [each.text for each in executed_by(Path(__file__))]


def test_people_are_made_changed_closed_and_restored(service: Service, tmp_path: Path) -> None:
    script = [each.replace("http://127.0.0.1:8000", service.address) for each in EXAMPLES]

    outcome = run(*script, environ=service.settings, folder=tmp_path)

    for said in (
        "Grace Murray Hopper",
        "sessions ended  0",
        "status  deleted",
        '"last_name":"Murray"',
        '"code": "precondition_failed"',
        '"code": "password_change_required"',
        '"must_change":true,"sessions_ended":1',
        '"items":[]',
        '"code": "user_deleted"',
    ):
        assert said in outcome.said
    assert outcome.statuses == (200, 201, 200, 412, 403, 200, 200, 200, 204, 409, 200)
    assert not outcome.complaints
