"""The guide to finding people, from the first to the last example, against one service."""

import json
from pathlib import Path

from tests.integration.docs.served import Service
from tests.integration.docs.shell import run
from tests.unit.docs.markdown import executed_by

EXAMPLES = [each.text for each in executed_by(Path(__file__))]


def test_people_are_found_on_the_machine_and_over_http(service: Service, tmp_path: Path) -> None:
    script = [each.replace("http://127.0.0.1:8000", service.address) for each in EXAMPLES]

    outcome = run(*script, environ=service.settings, folder=tmp_path)

    everybody = [json.loads(line)["email"] for line in (tmp_path / "everybody.jsonl").read_text().splitlines()]
    assert everybody == ["grace@example.com", "edith@example.com"]
    assert '"total":1' in outcome.said
    assert "Édith Clarke" in outcome.said
    assert '"code": "invalid_user_cursor"' in outcome.said
    assert outcome.statuses == (200, 200, 200, 200, 422)
    assert not outcome.complaints
