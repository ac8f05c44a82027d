"""The guide to moving in and out: its people come in, sign in, and leave in a file that others can verify."""

import json
import subprocess
import sys
from pathlib import Path

from tests.integration.docs.served import Service
from tests.integration.docs.shell import run
from tests.unit.docs.markdown import executed_by


def examples(name: str) -> list[str]:
    return [each.text for each in executed_by(Path(__file__)) if each.name == name]


def log_in(email: str, password: str) -> str:
    document = json.dumps({"email": email, "password": password})
    return f"curl -s \"$SERVICE/auth/login\" --json '{document}' > /dev/null"


def test_people_come_in_sign_in_and_leave(service: Service, tmp_path: Path) -> None:
    script = [
        *examples("in"),
        *examples("again"),
        *examples("firebase"),
        log_in("ada@example.com", "correct horse battery staple"),
        log_in("lin@example.com", "password"),
        log_in("fay@example.com", "user1password"),
        log_in("eve@example.com", "password"),
        *examples("out"),
    ]

    outcome = run(*script, environ={**service.settings, "SERVICE": service.address}, folder=tmp_path)

    assert outcome.statuses == (200, 200, 200, 401)
    for said in (
        "would be imported  2 (1 bcrypt, 1 sha1)",
        '"code": "unknown_role"',
        "imported         1 (1 none)",
        "imported before  2",
        "imported         1 (1 firebase-scrypt)",
    ):
        assert said in outcome.said
    assert outcome.complaints == (
        "line 3: roles: There is no such role here: define it first.",
        "line 3: roles: There is no such role here: define it first.",
        "Exported 4 people.",
    )
    (tmp_path / "verify.py").write_text(*examples("verify.py"))
    verified = subprocess.run([sys.executable, "verify.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert sorted(verified.stdout.splitlines()) == [
        "ada@example.com True", "fay@example.com False", "lin@example.com False",
    ]  # fmt: skip
