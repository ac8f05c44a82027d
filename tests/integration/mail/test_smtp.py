"""Mail over SMTP, to a real server."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from email.headerregistry import Address
from pathlib import Path

import pytest

from auth_adapters.mail.smtp import SmtpMailer
from auth_adapters.mail.smtp_server import MailTls, SmtpServer
from auth_core import Redacted
from auth_core.outbox.model import Answer, Deferred, Refused, Sent
from auth_core.testing.contracts.mailer import Arrivals, Arrived, MailerContract, a_mail
from tests.integration.mail.server import PASSWORD, USER, MailServer, a_mail_server, certificate

SENDER = Address("Exämple & Co", addr_spec="no-reply@auth.example.com")


def mailer_to(server: MailServer, **changes: object) -> SmtpMailer:
    where = SmtpServer(host="127.0.0.1", port=server.port, tls=MailTls.OFF, timeout=timedelta(seconds=5))
    return SmtpMailer(replace(where, **changes), sender=SENDER)  # type: ignore[arg-type]  # they are its fields


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with a_mail_server() as server:
        yield server


@pytest.fixture
def mailer(server: MailServer) -> SmtpMailer:
    return mailer_to(server)


class TestSmtpMailer(MailerContract):
    @pytest.fixture
    def mailer(self, server: MailServer) -> SmtpMailer:
        return mailer_to(server)

    @pytest.fixture
    def arrived(self, server: MailServer) -> Arrivals:
        async def arrived() -> Sequence[Arrived]:
            return server.arrived()

        return arrived


@pytest.mark.covers("REG-09")
async def test_a_mail_has_the_headers_that_programs_look_at(mailer: SmtpMailer, server: MailServer) -> None:
    mail = a_mail()

    await mailer.send(mail)

    [message], [(sender, _, content)] = server.messages(), server.envelopes
    assert sender == "no-reply@auth.example.com"
    assert {name: message.get_all(name) for name in ("From", "To", "Message-ID", "Date", "Auto-Submitted")} == {
        "From": ["Exämple & Co <no-reply@auth.example.com>"],
        "To": [mail.to],
        "Message-ID": [f"<{mail.id}@auth.example.com>"],
        "Date": ["Sat, 01 Jun 2030 12:00:00 +0000"],
        "Auto-Submitted": ["auto-generated"],
    }
    assert message["Content-Language"] == "en"
    assert message["Bcc"] is message["Cc"] is None
    assert content.isascii()
    assert max(map(len, content.splitlines())) <= 78


async def test_the_same_mail_is_the_same_to_the_last_byte(mailer: SmtpMailer, server: MailServer) -> None:
    mail = a_mail()

    await asyncio.gather(mailer.send(mail), mailer.send(mail))

    assert len({content for _, _, content in server.envelopes}) == 1


@pytest.mark.covers("REG-09")
@pytest.mark.parametrize("name", ["Evil\r\nBcc: b@example.org", "Evil\nX: y"])
def test_a_sender_cannot_smuggle_in_a_header(name: str) -> None:
    with pytest.raises(ValueError, match=r"\bCR\b"):
        Address(name, addr_spec="no-reply@example.com")


@pytest.mark.parametrize(
    ("step", "answer", "expected"),
    [
        ("RCPT", "550 5.1.1 no such mailbox <canary@example.org>", Refused("The mail server refused it: 550 5.1.1.")),
        ("RCPT", "553 no", Refused("The mail server refused it: 553.")),
        ("RCPT", "451 4.7.1 greylisted", Deferred("The mail server does not take it now: 451 4.7.1.")),
        ("RCPT", "452 4.2.2 mailbox full", Deferred("The mail server does not take it now: 452 4.2.2.")),
        ("DATA", "554 5.6.0 canary", Refused("The mail server refused it: 554 5.6.0.")),
        ("DATA", "451 4.3.0 canary", Deferred("The mail server does not take it now: 451 4.3.0.")),
        ("MAIL", "550 5.7.1 we do not relay for you", Deferred("The mail server does not take it now: 550 5.7.1.")),
        ("MAIL", "421 4.3.2 going down", Deferred("The mail server does not take it now: 421 4.3.2.")),
    ],
)
async def test_what_is_refused_for_good_and_what_may_work_another_time(
    mailer: SmtpMailer, server: MailServer, step: str, answer: str, expected: Answer
) -> None:
    server.answers[step] = answer

    assert await mailer.send(a_mail()) == expected

    server.answers.clear()
    assert await mailer.send(a_mail()) == Sent()


async def test_a_server_that_hangs_up_before_it_answers_may_have_the_mail_and_gets_it_again(
    mailer: SmtpMailer, server: MailServer
) -> None:
    server.hangs_up_after_data = True
    mail = a_mail()

    assert isinstance(await mailer.send(mail), Deferred)
    server.hangs_up_after_data = False
    assert await mailer.send(mail) == Sent()

    assert [each.id for each in server.arrived()] == [mail.id, mail.id]


async def test_a_server_that_does_not_answer_is_not_waited_for_long(server: MailServer) -> None:
    server.is_silent = True
    impatient = mailer_to(server, timeout=timedelta(seconds=0.2))

    assert await impatient.send(a_mail()) == Deferred("The mail server does not answer in time.")


async def test_a_server_that_is_not_there_is_told(server: MailServer) -> None:
    nowhere = mailer_to(server, port=1)

    answer = await nowhere.send(a_mail())

    assert isinstance(answer, Deferred)
    assert "cannot be reached" in answer.reason


async def test_cut_off_in_the_midst_it_leaves_no_connection(server: MailServer) -> None:
    server.is_silent = True
    sending = asyncio.create_task(mailer_to(server).send(a_mail()))
    await asyncio.sleep(0.1)

    sending.cancel()

    with pytest.raises(asyncio.CancelledError):
        await sending
    server.is_silent = False
    assert await mailer_to(server).send(a_mail()) == Sent()


# ---- Encryption and passwords


@pytest.fixture
def trusted(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    return certificate(tmp_path)


@pytest.mark.parametrize("tls", [MailTls.TLS, MailTls.STARTTLS])
async def test_over_tls_a_password_is_shown_and_the_mail_taken(
    trusted: tuple[Path, ssl.SSLContext], tls: MailTls
) -> None:
    ca_file, context = trusted
    async with _encrypted(tls, context) as server:
        mailer = mailer_to(server, tls=tls, ca_file=ca_file, user=USER, password=Redacted(PASSWORD))

        assert await mailer.send(a_mail()) == Sent()


@pytest.mark.parametrize("tls", [MailTls.TLS, MailTls.STARTTLS])
async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    trusted: tuple[Path, ssl.SSLContext], tls: MailTls
) -> None:
    async with _encrypted(tls, trusted[1]) as server:
        answer = await mailer_to(server, tls=tls, user=USER, password=Redacted(PASSWORD)).send(a_mail())

    assert isinstance(answer, Deferred)
    assert "self-signed" in answer.reason
    assert server.envelopes == []


@pytest.mark.parametrize("tls", [MailTls.TLS, MailTls.STARTTLS])
async def test_the_certificate_of_another_server_is_not_trusted(tmp_path: Path, tls: MailTls) -> None:
    ca_file, context = certificate(tmp_path, address="192.0.2.1")
    async with _encrypted(tls, context) as server:
        answer = await mailer_to(server, tls=tls, ca_file=ca_file).send(a_mail())

    assert isinstance(answer, Deferred)
    assert "not valid for '127.0.0.1'" in answer.reason


async def test_a_server_without_starttls_gets_neither_the_password_nor_the_mail(server: MailServer) -> None:
    mailer = mailer_to(server, tls=MailTls.STARTTLS, user=USER, password=Redacted(PASSWORD))

    assert isinstance(await mailer.send(a_mail()), Deferred)

    assert server.envelopes == []


async def test_a_wrong_password_is_told_without_being_shown(trusted: tuple[Path, ssl.SSLContext]) -> None:
    ca_file, context = trusted
    async with _encrypted(MailTls.TLS, context) as server:
        mailer = mailer_to(server, tls=MailTls.TLS, ca_file=ca_file, user=USER, password=Redacted("canary"))

        answer = await mailer.send(a_mail())

    assert isinstance(answer, Deferred)
    assert "password: 535" in answer.reason
    assert "canary" not in answer.reason + repr(mailer._server)


def _encrypted(tls: MailTls, context: ssl.SSLContext) -> AbstractAsyncContextManager[MailServer]:
    if tls is MailTls.TLS:
        return a_mail_server(tls=context, asks_who=True)
    return a_mail_server(starttls=context, asks_who=True)
