"""The guide for other services, from the first to the last example, against one service."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.integration.docs.served import Service
from tests.integration.docs.shell import environment, run
from tests.unit.docs.markdown import executed_by

EXAMPLES = list(executed_by(Path(__file__)))
SHOWN = "http://127.0.0.1:8000"


def test_a_service_checks_asks_follows_and_revokes(service: Service, tmp_path: Path) -> None:
    shell = [each.text.replace(SHOWN, service.address) for each in EXAMPLES if each.name == "shell"]
    (verify,) = [each.text.replace(SHOWN, service.address) for each in EXAMPLES if each.name == "verify.py"]
    keep_the_token = 'echo "$ACCESS" >access-token'

    walked = run(*shell[:4], keep_the_token, *shell[4:], environ=service.settings, folder=tmp_path)

    assert walked.complaints == ("Keep the secret now: nobody can be told it again.",)
    metadata, jwks, register, login, *rest = walked.statuses
    assert (metadata, jwks, register, login) == (200, 200, 201, 200)
    active, garbage, refresh, hinted, everything, logout, news, *rest = rest
    assert {active, garbage, refresh, hinted, everything, news} == {200}
    assert logout == 204
    assert rest == [200, 200, 200]
    told = list(documents_in(walked.said))
    answers = [each for each in told if "active" in each]
    assert [answer["active"] for answer in answers] == [True, False, False, True, False]
    assert answers[0]["token_type"] == "Bearer"
    (revoked,) = [each for each in told if "revocations" in each]
    assert {each.get("user_id") for each in revoked["revocations"]} >= {answers[0]["sub"]}
    assert "invoices" in walked.said
    assert "deleted" in walked.said
    assert walked.said.count("authcs_") == 1  # what `rotate` prints

    # Whoever checks signatures alone goes on accepting what was revoked, until it expires.
    token = (tmp_path / "access-token").read_text(encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, "-c", verify],
        env=environment({}),
        input=token,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert checked.stdout == f"{answers[0]['sub']} []\n", checked.stderr


def documents_in(said: str) -> Iterator[dict[str, Any]]:
    """Return the answers in what was said; they end without a line break."""
    position = said.find("{")
    while position >= 0:
        document, end = json.JSONDecoder().raw_decode(said, position)
        yield document
        position = said.find("{", end)
