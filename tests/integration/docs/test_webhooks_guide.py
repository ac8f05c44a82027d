"""The guide for webhooks, from the first to the last example, against one service."""

from pathlib import Path

from tests.integration.docs.served import Service
from tests.integration.docs.shell import run
from tests.unit.docs.markdown import executed_by

EXAMPLES = list(executed_by(Path(__file__)))


def test_a_program_is_told_gets_another_secret_is_told_again_and_is_forgotten(service: Service, tmp_path: Path) -> None:
    walked = run(*(each.text for each in EXAMPLES), environ=service.settings, folder=tmp_path)

    keep = "Keep the secret now: nobody can be told it again."
    assert walked.complaints == (keep,)
    assert "https://crm.example.com/hooks/auth" in walked.said
    assert walked.said.count("whsec_") == 1  # what `rotate` prints
    assert "There are no such deliveries." in walked.said
    assert "replayed  0" in walked.said
    assert "deleted" in walked.said
