"""The examples of the guide to the audit trail: read over HTTP, exported, verified, changed, and erased."""

import json
from pathlib import Path

from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from auth_core import Redacted
from tests.integration.docs.served import Service
from tests.integration.docs.shell import run
from tests.unit.docs.markdown import executed_by

ADMIN = """
user_of() { grep '"id"' | cut -d '"' -f 4; }
printf 'correct horse battery staple\\n' | auth-service users create admin@example.com \\
  --first-name Ada --last-name Lovelace --admin --password-stdin --json > admin.json
USER_ID=$(user_of < admin.json)
log_in() { curl -s "$SERVICE/auth/login" --json "{\\"email\\": \\"admin@example.com\\", \\"password\\": \\"$1\\"}"; }
log_in 'not the password' > refused.json
TOKEN=$(log_in 'correct horse battery staple' | cut -d '"' -f 4)
"""


def examples(name: str) -> list[str]:
    return [each.text for each in executed_by(Path(__file__)) if each.page.stem == "audit-trail" and each.name == name]


async def test_the_guide_to_the_audit_trail(service: Service, address: Redacted[str], tmp_path: Path) -> None:
    environ = {**service.settings, "SERVICE": service.address}
    outcome = run(ADMIN, *examples("http"), *examples("shell"), environ=environ, folder=tmp_path)

    assert outcome.complaints == ()
    assert outcome.statuses == (401, 200, 200, 200)
    failures = [json.loads(line) for line in (tmp_path / "failures.jsonl").read_text().splitlines()]
    everything = [json.loads(line) for line in (tmp_path / "trail.jsonl").read_text().splitlines()]
    assert [event["kind"] for event in failures] == ["login.failed"]
    assert [event["kind"] for event in everything] == [
        "signing_key.created", "user.created", "login.failed", "login.succeeded",
    ]  # fmt: skip
    assert failures[0]["id"] in outcome.said
    assert "Intact: 4 events in" in outcome.said
    assert "Erased what was personal in 3 events." in outcome.said

    [tampering] = examples("tampering")
    engine = create_async_engine(address.reveal(), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text(tampering))
    broken = run(*examples("broken"), environ=environ, folder=tmp_path)

    assert f"Broken at event {failures[0]['id']} of batch" in broken.said
    assert "look at this at once" in broken.said
