"""The tutorial, from the first to the last example, against one service."""

import subprocess
import sys
from pathlib import Path

from tests.integration.docs.served import Service
from tests.integration.docs.shell import environment, run
from tests.unit.docs.markdown import executed_by

EXAMPLES = list(executed_by(Path(__file__)))


def test_the_shell_and_then_python_sign_a_person_in(service: Service, tmp_path: Path) -> None:
    shell = [each.text.replace("http://127.0.0.1:8000", service.address) for each in EXAMPLES if each.name == "shell"]
    (client,) = [each.text for each in EXAMPLES if each.name == "client.py"]

    walked = run(*shell, environ=service.settings, folder=tmp_path)
    spoken = subprocess.run(
        [sys.executable, "-c", client.replace("http://127.0.0.1:8000", service.address)],
        env=environment({}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    ready, register, login, me, sessions, *rest = walked.statuses
    assert (ready, register, login, me, sessions) == (200, 201, 200, 200, 200)
    first, again, successor, stolen, refused, *rest = rest
    assert (first, again, successor, stolen, refused) == (200, 200, 200, 401, 401)
    login, change, logout, afterwards = rest
    assert (login, change, logout, afterwards) == (200, 204, 204, 401)
    assert '"status":"ready"' in walked.said
    assert "the same token, twice" in walked.said
    assert "admin user" in walked.said
    assert '"code": "invalid_refresh_token"' in walked.said
    assert not walked.complaints
    assert spoken.stdout == ("Grace is signed in, with the roles ['user']\n401 invalid_credentials\n"), spoken.stderr
