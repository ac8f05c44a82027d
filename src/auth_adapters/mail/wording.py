"""How messages read: one template for each message and language, from which text and HTML are made."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import cached_property
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from auth_adapters.extras import needs
from auth_core.ids import MessageId
from auth_core.outbox.messages import Message
from auth_core.outbox.model import Letter, Mail, Recipient, SealedMessage
from auth_core.outbox.writing import MESSAGES
from auth_core.redacted import Redacted

if TYPE_CHECKING:
    from auth_adapters.mail.template_engine import TemplateEngine

needs("mail", "jinja2")

OURS: Final = Path(__file__).parent / "templates"
_LOCALE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")

PAGES: Final[Mapping[str, str]] = {
    "verify_address": "verify-email",
    "reset_password": "reset-password",
    "confirm_email_change": "confirm-email",
    "email_changed": "undo-email-change",
    "invitation": "accept-invitation",
}
"""The page on which the token of a message is used, by the kind of the message."""

_MOMENT: Final = datetime(2026, 1, 31, 12, 30, tzinfo=UTC)
_EXAMPLES: Final[Mapping[str, Any]] = {
    "at": _MOMENT,
    "expires_at": _MOMENT.replace(hour=13),
    "restorable_until": _MOMENT.replace(month=3, day=2),
    "token": Redacted("an-example-that-opens-nothing"),
    "device": "Firefox on Linux",
    "address": "192.0.2.1",
}


class BrokenTemplate(Exception):
    """A template cannot be used. The message says which one, where, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What mails say of the service: what it is called, where it is, and where its pages are."""

    name: str
    url: str
    pages_url: str


class TemplateWording:
    """Words messages by templates: ours, and those of a folder that come before them.

    A template sees no token, only the link, in which it is a fragment: no server is told it when the page is opened.
    Templates are read once, so that what was found to be right when the service started is what is sent.
    """

    def __init__(self, site: Site, *, locale: str = "en", folder: Path | None = None) -> None:
        """Take the templates; `locale` is for whoever reads none of the others. Raises: BrokenTemplate."""
        folders = [*([folder] if folder else ()), OURS]
        if folder is not None and not folder.is_dir():
            raise BrokenTemplate(f"{folder} is no folder.")
        self.locales = sorted(
            {
                each.name
                for every in folders
                for each in every.iterdir()
                if each.is_dir() and _LOCALE.fullmatch(each.name)
            }
        )
        if locale not in self.locales:
            raise BrokenTemplate(f"There are no templates for {locale!r}, only for {', '.join(self.locales)}.")
        self._site = site
        self._default = locale
        self._folders = folders

    def compose(self, message: Message, letter: Letter) -> Mail:
        locale = self._locale_for(letter.to.locale)
        name = f"{locale}/{message.kind}.jinja"
        said = self._said(message, locale)
        return Mail(
            id=letter.sealed.id,
            to=letter.to.address,
            subject=self._engine.subject(name, said),
            text=self._engine.text(name, said),
            html=self._engine.html(name, said),
            locale=locale,
            created_at=letter.created_at,
        )

    def examples(self) -> Iterator[tuple[str, Mail]]:
        """Compose every message in every language, each with its kind. Raises: BrokenTemplate."""
        for locale in self.locales:
            for kind in MESSAGES:
                yield kind, self._example(kind, locale)

    def check(self) -> None:
        """See that every message can be said in every language. Raises: BrokenTemplate."""
        for _ in self.examples():
            pass

    @cached_property
    def _engine(self) -> "TemplateEngine":
        # Nobody needs the package, nor should wait for its import, before there is a mail to word.
        from auth_adapters.mail.template_engine import TemplateEngine  # noqa: PLC0415

        return TemplateEngine(self._folders)

    def _example(self, kind: str, locale: str) -> Mail:
        made = MESSAGES[kind]
        message = made(**{each.name: _EXAMPLES[each.name] for each in fields(made)})
        nothing = SealedMessage(id=MessageId(UUID(int=0)), kind=kind, payload=Redacted(b""))
        letter = Letter(
            sealed=nothing,
            to=Recipient(address="ada@example.org", locale=locale),
            created_at=_MOMENT,
            due_at=_MOMENT,
            expires_at=None,
        )
        try:
            mail = self.compose(message, letter)
        except Exception as error:
            raise BrokenTemplate(self._engine.told(error, f"{locale}/{kind}.jinja")) from error
        link = self._link(message)
        # HTML writes an address in its own way, & as &amp;: what counts is what a reader's program makes of it.
        if link and (link not in mail.text or link not in unescape(mail.html)):
            raise BrokenTemplate(f"{locale}/{kind}.jinja: the link is missing. Write {{{{ action('…', link) }}}}.")
        return mail

    def _locale_for(self, asked: str | None) -> str:
        if asked in self.locales:
            return str(asked)
        language = (asked or "").partition("-")[0].lower()
        return language if language in self.locales else self._default

    def _said(self, message: Message, locale: str) -> dict[str, Any]:
        values = {each.name: getattr(message, each.name) for each in fields(message) if each.name != "token"}
        link = self._link(message)
        return {
            **values,
            **({"link": link} if link else {}),
            "locale": locale,
            "service": self._site.name,
            "service_url": self._site.url,
        }

    def _link(self, message: Message) -> str | None:
        token: Redacted[str] | None = getattr(message, "token", None)
        return f"{self._site.pages_url}/{PAGES[message.kind]}#token={token.reveal()}" if token else None
