"""A real mail server on loopback, that keeps what it takes."""

import asyncio
import random
import ssl
import warnings
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from uuid import UUID

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from auth_core.ids import MessageId
from auth_core.testing.contracts.mailer import Arrived

USER: Final = "auth"
PASSWORD: Final = "kX9v2QmT7rLw"


@dataclass(slots=True)
class MailServer:
    """What has come, as it came; and what is answered instead, at which step.

    `busy` is the share of recipients that are put off; `on_taken` is called when the next mail is kept and its sender
    does not know yet.
    """

    port: int = 0
    envelopes: list[tuple[str, tuple[str, ...], bytes]] = field(
        default_factory=list[tuple[str, tuple[str, ...], bytes]]
    )
    answers: dict[str, str] = field(default_factory=dict[str, str])
    hangs_up_after_data: bool = False
    is_silent: bool = False
    busy: float = 0.0
    put_off: int = 0
    on_taken: Callable[[], None] | None = None

    async def handle_MAIL(  # noqa: N802 - as the library calls it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if random.random() < self.busy:
            self.put_off += 1
            return "451 4.3.2 busy"
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.is_silent:
            await asyncio.sleep(60)
        answer = self.answers.get("DATA", "250 OK")
        if answer.startswith("2"):
            content = envelope.original_content
            assert isinstance(content, bytes)
            self.envelopes.append((str(envelope.mail_from), tuple(envelope.rcpt_tos), content))
        if self.on_taken is not None:
            taken, self.on_taken = self.on_taken, None
            taken()
        if self.hangs_up_after_data:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return answer

    def messages(self) -> list[EmailMessage]:
        """A method: the library evaluates every property of its handler at each connection."""
        return [message_from_bytes(content, policy=policy.default) for _, _, content in self.envelopes]

    def arrived(self) -> list[Arrived]:
        return [_arrived(to, message) for (_, to, _), message in zip(self.envelopes, self.messages(), strict=True)]


@asynccontextmanager
async def a_mail_server(
    *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, asks_who: bool = False
) -> AsyncGenerator[MailServer]:
    """Serve while the block runs."""
    kept = MailServer()

    def authenticate(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        known = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=False)

    def connect() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # It would rather have its clients encrypt first; ours are told to.
            return made()

    def made() -> SMTP:
        return SMTP(
            kept,
            hostname="mail.test",  # or it would be looked up, for each connection, while everything waits
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=authenticate if asks_who else None,
            auth_required=asks_who,
            auth_require_tls=False,
            data_size_limit=1_000_000,
            enable_SMTPUTF8=False,
        )

    server = await asyncio.get_running_loop().create_server(connect, "127.0.0.1", kept.port, ssl=tls)
    kept.port = server.sockets[0].getsockname()[1]
    async with server:
        yield kept


def certificate(folder: Path, *, address: str = "127.0.0.1") -> tuple[Path, ssl.SSLContext]:
    """Make a certificate that vouches for itself; return its file, and the context of a server that shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context


def _arrived(to: tuple[str, ...], message: EmailMessage) -> Arrived:
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    return Arrived(
        id=MessageId(UUID(str(message["Message-ID"]).strip("<>").partition("@")[0])),
        to=to,
        subject=str(message["Subject"]),
        text=_lines(text),
        html=_lines(html) if html is not None else "",
    )


def _lines(part: MIMEPart) -> str:
    """Return what a part says, its lines ended as in memory."""
    return str(part.get_content()).replace("\r\n", "\n")
