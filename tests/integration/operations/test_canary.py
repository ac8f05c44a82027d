"""No secret reaches the output: every endpoint, at debug level, well used and misused, with secrets one can search for.

The database is lost in the end, since what fails then is what tells too much elsewhere.
"""

import base64
import json
import re
import secrets
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from auth_adapters.postgres.embedded import EmbeddedPostgres
from tests.integration.operations.service_process import ServiceProcess, command, serving

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ADMINISTRATOR = (
    "users", "create", "admin@example.com", "--first-name", "A", "--last-name", "B", "--admin", "--password-stdin",
)  # fmt: skip


def canary() -> str:
    """Return something that is nowhere by chance."""
    return f"cnry-{secrets.token_hex(12)}"


class Secrets:
    """Everything that must not be found, with the spellings it could be found in."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def keep(self, secret: str) -> str:
        self._known |= {secret, quote(secret), base64.b64encode(secret.encode()).decode().rstrip("=")}
        return secret

    def keep_tokens(self, held: dict[str, Any]) -> dict[str, Any]:
        for name in ("access_token", "refresh_token"):
            self._known |= {held[name], *held[name].split(".")[1:]}
        return held

    def keep_client(self, issued: dict[str, Any]) -> str:
        secret = str(issued["client_secret"])
        pair = f"{issued['client']['client_id']}:{secret}"
        self._known |= {secret.removeprefix("authcs_"), base64.b64encode(pair.encode()).decode().rstrip("=")}
        return self.keep(secret)

    def found_in(self, text: str) -> list[str]:
        return [
            f"{secret[:10]}… at: {text[max(0, text.index(secret) - 200) :][:260]}"
            for secret in self._known
            if secret in text
        ]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def routes(service: ServiceProcess) -> Iterator[tuple[str, str]]:
    _, document = service.ask("GET", "/openapi.json")
    for path, operations in document["paths"].items():
        for method in operations:
            yield method.upper(), re.sub(r"\{\w+\}", "01a20b79-6948-7ac8-969a-72438db0f816", path)


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{client_id}:{secret}'.encode()).decode()}"}


def use_clients(service: ServiceProcess, known: Secrets, headers: dict[str, str], token: str) -> None:
    """Make a client and ask everything a client can ask, rightly and wrongly."""
    permissions = ["tokens:introspect", "tokens:revoke", "revocations:read"]
    status, made = service.ask(
        "POST", "/admin/clients", {"name": "canary", "permissions": permissions}, headers=headers
    )
    assert status == 201
    client_id, secret = made["client"]["client_id"], known.keep_client(made)
    of_client = f"/admin/clients/{client_id}"
    assert service.ask("GET", of_client, headers=headers)[0] == 200
    assert service.ask("PATCH", of_client, {"disabled": False}, headers=headers)[0] == 200
    status, rotated = service.ask("POST", f"{of_client}/secret", {"overlap_seconds": 60}, headers=headers)
    assert status == 200
    known.keep_client(rotated)
    rightly, in_form = basic(client_id, secret), {"client_id": client_id, "client_secret": secret}
    only, both = (urlencode({"token": token} | shown).encode() for shown in ({}, in_form))
    for path in ("/oauth/introspect", "/oauth/revoke"):
        assert service.ask("POST", path, only, headers=FORM | rightly)[0] == 200
        assert service.ask("POST", path, both, headers=FORM)[0] == 200
        assert service.ask("POST", path, both, headers=FORM | rightly)[0] == 400
        assert service.ask("POST", f"{path}?{both.decode()}", both, headers=FORM)[0] == 400
        for wrongly in (basic(client_id, known.keep(canary())), basic(secret, client_id)):
            assert service.ask("POST", path, only, headers=FORM | wrongly)[0] == 401
    assert service.ask("GET", "/auth/revocations", headers=rightly)[0] == 200
    assert service.ask("DELETE", of_client, headers=headers)[0] == 204
    assert service.ask("GET", "/auth/revocations", headers=rightly)[0] == 401


def use_everything(service: ServiceProcess, known: Secrets) -> None:
    password = known.keep(canary())
    account = {"email": "ada@example.com", "password": password, "first_name": "Ada", "last_name": "Lovelace"}
    assert service.ask("POST", "/auth/register", account)[0] == 201
    credentials = {"email": "ada@example.com", "password": password}
    status, held = service.ask("POST", "/auth/login", credentials)
    assert status == 200
    known.keep_tokens(held)
    form = urlencode({"grant_type": "password", "username": "ada@example.com", "password": password}).encode()
    status, other = service.ask("POST", "/auth/token", form, headers=FORM)
    assert status == 200
    known.keep_tokens(other)
    assert service.ask("POST", "/auth/verify", {"token": held["access_token"]})[0] == 200
    status, next_pair = service.ask("POST", "/auth/refresh", {"refresh_token": held["refresh_token"]})
    assert status == 200
    known.keep_tokens(next_pair)
    headers = bearer(next_pair["access_token"])
    for method, path in routes(service):
        if not path.endswith(("/logout", "/logout-all")):
            service.ask(
                method,
                path,
                {"first_name": "A", "last_name": "B"} if method in ("PUT", "PATCH") else None,
                headers=headers,
            )
    change = {"current_password": password, "new_password": known.keep(canary())}
    assert service.ask("POST", "/auth/change-password", change, headers=headers)[0] == 204
    assert service.ask("POST", "/auth/logout", headers=headers)[0] == 204


def misuse_everything(service: ServiceProcess, known: Secrets) -> None:
    said = known.keep(canary())
    jwt = known.keep(f"eyJhbGciOiJub25lIn0.{base64.urlsafe_b64encode(said.encode()).decode().rstrip('=')}.{said}")
    document = {
        "email": f"{said}@example.com", "password": said, "first_name": said, "last_name": "\ud800", said: said,
        "token": said, "refresh_token": jwt, "current_password": said, "new_password": [said],
    }  # fmt: skip
    bodies = [
        json.dumps(document).encode(),
        json.dumps({"email": "ada@example.com", "password": said}).encode(),
        json.dumps({"refresh_token": jwt}).encode(),
        json.dumps({"token": jwt}).encode(),
        urlencode({"token": jwt, "client_id": said, "client_secret": said}).encode(),
        json.dumps({"name": said, "permissions": [said], "overlap_seconds": said}).encode(),
        f'{{"password": "{said}", "password": "{said}"'.encode(),
        f'{{"password": NaN, "x": "{said}"}}'.encode(),
        f'"{said}'.encode() * 10_000,
        said.encode("utf-16"),
    ]
    for method, path in routes(service):
        for body in bodies:
            service.ask(method, path, body, headers=bearer(jwt))
            service.ask(method, path, body, headers={**FORM, "Cookie": f"session={said}"})
            service.ask(method, f"{path}?password={said}&access_token={jwt}", body)
        service.ask(method, f"{path}/{said}", headers={"Authorization": f"Basic {said}", "User-Agent": said})


@pytest.mark.covers("HTTP-21", "R-L1", "HTTP-19")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_no_secret_reaches_the_output(tmp_path: Path, workers: str) -> None:
    known = Secrets()
    database = EmbeddedPostgres(tmp_path / "postgres", unsafe_no_fsync=True).start()
    database.create_database()
    url = database.url()
    known.keep(url.partition("auth:")[2].partition("@")[0])
    settings = {
        "AUTH_ENV": "development",
        "AUTH_LOG_LEVEL": "debug",
        "AUTH_LOG_FORMAT": "json",
        "AUTH_LOG_SQL": "on",
        # Printed mail is what it is for, links and all; the rest of the output must hold no secret.
        "AUTH_MAIL": "off",
        "AUTH_BCRYPT_COST": "4",
        "AUTH_DATABASE_URL": url,
        "AUTH_DATABASE_TIMEOUT_SECONDS": "1",
        "AUTH_MASTER_SECRET": known.keep(secrets.token_urlsafe(48)),
        "AUTH_PREVIOUS_MASTER_SECRET": known.keep(secrets.token_urlsafe(48)),
        "PYTHONASYNCIODEBUG": "1",
    }
    typed = known.keep(canary())
    with serving("--workers", workers, folder=tmp_path, settings=settings) as service:
        use_everything(service, known)
        administrator = {"email": "admin@example.com", "password": known.keep(canary())}
        commands = [command(*ADMINISTRATOR, folder=tmp_path, settings=settings, typed=f"{administrator['password']}\n")]
        held, other = (known.keep_tokens(service.ask("POST", "/auth/login", administrator)[1]) for _ in range(2))
        use_clients(service, known, bearer(held["access_token"]), other["access_token"])
        misuse_everything(service, known)
        commands += [
            command(*arguments, folder=tmp_path, settings=settings, typed=f"{typed}\n")
            for arguments in [
                ("users", "create", "bob@example.com", "--first-name", "B", "--last-name", "B", "--password-stdin"),
                ("users", "create", "bob@example.com", "--first-name", "B", "--last-name", "B", "--password-stdin"),
                ("users", "create", "bob", "--first-name", "B", "--last-name", "B", "--password-stdin"),
                ("clients", "rotate", typed),
                ("clients", "list"),
                ("settings",),
                ("doctor",),
                ("audit", "head", "--json"),
                ("audit", "verify"),
                ("audit", "export"),
            ]
        ]
        made = command("clients", "create", "canary", "--json", folder=tmp_path, settings=settings)
        known.keep(json.loads(made.stdout)["client_secret"])  # It is told there, once, and nowhere else.
        database.stop()
        misuse_everything(service, known)
        assert service.ask("POST", "/auth/login", {"email": "ada@example.com", "password": typed})[0] == 503
        commands.append(command("doctor", folder=tmp_path, settings=settings))
        service.end(signal.SIGTERM)

    output = service.said + made.stderr + "".join(done.stdout + done.stderr for done in commands)
    assert output.count('"event": "request"') > 200
    assert "SELECT" in output
    assert known.found_in(output) == []
    for line in service.said.splitlines():
        json.loads(line)
