"""Somebody changes their password, and their mail says so: by `serve` itself, or by `auth-service worker` beside it."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from auth_core.testing import an_email
from tests.integration.mail.server import MailServer, a_mail_server
from tests.integration.operations.service_process import ServiceProcess, command, environment, eventually, serving

PASSWORD, OTHER = "correct horse battery staple", "an entirely different sentence"
type Settings = dict[str, str]


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with a_mail_server() as server:
        yield server


@pytest.fixture
def with_mail(settings: Settings, server: MailServer) -> Settings:
    return settings | {
        "AUTH_MAIL_HOST": "127.0.0.1",
        "AUTH_MAIL_PORT": str(server.port),
        "AUTH_MAIL_TLS": "off",
        "AUTH_MAIL_FROM": "Example <no-reply@example.com>",
        "AUTH_LOG_FORMAT": "json",
    }


def change_password(service: ServiceProcess) -> str:
    """Let somebody change their password, and return their address."""
    email = an_email()
    names = {"first_name": "Visit evil.example", "last_name": "Lovelace"}
    assert service.ask("POST", "/auth/register", {"email": email, "password": PASSWORD, **names})[0] == 201
    _, signed_in = service.ask("POST", "/auth/login", {"email": email, "password": PASSWORD})
    changed, _ = service.ask(
        "POST",
        "/auth/change-password",
        {"current_password": PASSWORD, "new_password": OTHER},
        headers={"Authorization": f"Bearer {signed_in['access_token']}"},
    )
    assert changed == 204
    return email


async def comes(server: MailServer, count: int = 1) -> None:
    async with asyncio.timeout(20):
        while len(server.envelopes) < count:
            await asyncio.sleep(0.02)


@contextmanager
def a_worker(folder: Path, settings: Settings) -> Generator[subprocess.Popen[bytes]]:
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "auth_http", "worker"],
            cwd=folder,
            env=environment(settings),
            stdout=log,
            stderr=log,
        )
    with process:
        yield process
        process.kill()


async def test_serve_tells_whose_password_was_changed(tmp_path: Path, with_mail: Settings, server: MailServer) -> None:
    def serve() -> tuple[str, str]:
        with serving(folder=tmp_path, settings=with_mail) as service:
            email = change_password(service)
            eventually(lambda: len(server.envelopes) == 2)  # the first asks whether the address is theirs
            assert service.end(signal.SIGTERM) == 0
            return email, service.said

    email, said = await asyncio.to_thread(serve)

    mails = {each.subject: each for each in server.arrived()}
    assert len(mails) == 2
    mail = mails["Your password was changed"]
    assert (mail.to, mail.subject) == ((email,), "Your password was changed")
    assert "evil.example" not in mail.text + mail.html
    assert "message_sent" in said
    assert email not in said.partition("message_sent")[2].splitlines()[0]


async def test_a_worker_delivers_what_serve_leaves_to_it_and_stops_in_order(
    tmp_path: Path, with_mail: Settings, server: MailServer
) -> None:
    def serve() -> None:
        with serving(folder=tmp_path, settings=with_mail | {"AUTH_DELIVERY": "off"}) as service:
            change_password(service)
            service.end(signal.SIGTERM)

    await asyncio.to_thread(serve)
    assert server.envelopes == []

    with a_worker(tmp_path, with_mail) as worker:
        await comes(server)
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(worker.wait, 20) == 0


async def test_a_mail_server_that_is_away_holds_nobody_up(tmp_path: Path, with_mail: Settings) -> None:
    def serve() -> str:
        with serving(folder=tmp_path, settings=with_mail | {"AUTH_MAIL_PORT": "1"}) as service:
            change_password(service)
            eventually(lambda: "message_deferred" in service.said)
            return command("outbox", "list", "--state", "waiting", folder=tmp_path, settings=with_mail).stdout

    waiting = await asyncio.to_thread(serve)

    assert "cannot be reached" in waiting


async def test_without_mail_there_is_nothing_for_a_worker(tmp_path: Path, settings: Settings) -> None:
    refused = await asyncio.to_thread(lambda: command("worker", folder=tmp_path, settings=settings))

    assert refused.returncode == 78
    assert "AUTH_MAIL_HOST" in refused.stderr


@pytest.mark.parametrize("what", ["serve", "worker"])
async def test_a_broken_template_is_told_at_the_start(tmp_path: Path, with_mail: Settings, what: str) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "new_device.jinja").write_text(
        "{% block subject %}Hi{% endblock %}\n{{ divice }}", encoding="utf-8"
    )
    arguments = ("serve", "--port", "0") if what == "serve" else ("worker",)
    broken = with_mail | {"AUTH_MAIL_TEMPLATES": str(tmp_path)}

    refused = await asyncio.to_thread(lambda: command(*arguments, folder=tmp_path, settings=broken))

    assert refused.returncode == 78
    assert "en/new_device.jinja, line 2: 'divice' is undefined" in refused.stderr


async def test_the_doctor_says_what_was_given_up(tmp_path: Path, with_mail: Settings, server: MailServer) -> None:
    server.answers["RCPT"] = "550 5.1.1 no such mailbox"

    def serve() -> tuple[int, str]:
        with serving(folder=tmp_path, settings=with_mail) as service:
            change_password(service)
            eventually(lambda: "message_refused" in service.said, within=20)
        examined = command("doctor", folder=tmp_path, settings=with_mail)
        return examined.returncode, examined.stdout

    code, said = await asyncio.to_thread(serve)

    assert code == 1
    assert "messages given up: " in said
    assert "auth-service outbox list" in said
