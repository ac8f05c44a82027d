"""How mails read: in every language, as text and as HTML, with what an operator puts in the place of ours."""

import re
from dataclasses import replace
from email.headerregistry import Address
from pathlib import Path
from shutil import copytree

import pytest

from auth_adapters.mail.mime import message_of
from auth_adapters.mail.wording import OURS, BrokenTemplate, Site, TemplateWording
from auth_core.outbox.messages import NewDevice, PasswordChanged, ResetPassword
from auth_core.outbox.model import Mail
from auth_core.outbox.writing import MESSAGES
from auth_core.redacted import Redacted
from auth_core.testing import NOON, a_letter

SITE = Site(name="Exämple <& Co>", url="https://auth.example.com", pages_url="https://www.example.com/account")
OURS_IN_WORDS = TemplateWording(SITE)
TOKEN = "tOk3n-of_a-reset"


def says(message: object, *, locale: str | None = "en", wording: TemplateWording = OURS_IN_WORDS) -> Mail:
    letter = a_letter()
    return wording.compose(message, replace(letter, to=replace(letter.to, locale=locale)))  # type: ignore[arg-type]


def overridden(folder: Path, name: str, text: str) -> TemplateWording:
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return TemplateWording(SITE, folder=folder)


def test_every_message_is_said_in_every_language_we_ship() -> None:
    examples = [(mail.locale, kind) for kind, mail in OURS_IN_WORDS.examples()]

    assert examples == [(locale, kind) for locale in ("de", "en") for kind in MESSAGES]


def test_no_two_messages_are_called_the_same() -> None:
    subjects = [mail.subject for _, mail in OURS_IN_WORDS.examples()]

    assert len(set(subjects)) == len(subjects)


def test_text_and_html_say_the_same() -> None:
    plain = TemplateWording(replace(SITE, name="Example"))
    for _, mail in plain.examples():
        body = mail.text.partition("\n-- \n")[0]
        in_html = set(re.sub(r"<[^>]+>", " ", mail.html).split())

        assert [
            word for word in body.split() if word.rstrip(":") not in in_html | {word.rstrip(":") for word in in_html}
        ] == []


@pytest.mark.covers("RST-08", "R-V3", "R-S6")
def test_a_link_leads_to_the_configured_page_and_the_token_is_in_the_fragment() -> None:
    mail = says(ResetPassword(token=Redacted(TOKEN), expires_at=NOON))

    link = f"https://www.example.com/account/reset-password#token={TOKEN}"
    assert link in mail.text.splitlines()
    assert f'href="{link}"' in mail.html
    for body in (mail.text, mail.html):
        addresses = set(re.findall(r"https?://[^\s\"<]+", body))
        assert addresses == {link, "https://auth.example.com"}
        assert all(TOKEN not in address.partition("#")[0] for address in addresses)


@pytest.mark.covers("REG-09", "HTTP-14")
def test_nothing_that_is_said_becomes_markup_or_a_header() -> None:
    nasty = "<script>alert(1)</script>\r\nBcc: evil@example.org"

    mail = says(NewDevice(at=NOON, device=nasty, address=nasty))

    assert "<script" not in mail.html
    assert "&lt;script&gt;" in mail.html
    assert "Exämple &lt;&amp; Co&gt;" in mail.html
    message = message_of(mail, sender=Address("Example", addr_spec="a@example.org"))
    assert message["Bcc"] is None
    assert message.as_bytes().split(b"\r\n\r\n")[0].count(b"Bcc") == 0


@pytest.mark.parametrize(
    ("asked", "locale"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("DE", "de"),
        ("en-GB", "en"),
        ("fr", "en"),
        ("../../etc", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_people_are_written_to_in_their_language_or_else_in_the_default_one(asked: str | None, locale: str) -> None:
    assert says(PasswordChanged(at=NOON, address=None), locale=asked).locale == locale


def test_the_default_language_can_be_another_one() -> None:
    german = TemplateWording(SITE, locale="de")

    assert (
        says(PasswordChanged(at=NOON, address=None), locale=None, wording=german).subject
        == "Ihr Passwort wurde geändert"
    )
    with pytest.raises(BrokenTemplate, match="de, en"):
        TemplateWording(SITE, locale="fr")


def test_what_is_not_known_is_not_spoken_of() -> None:
    assert "Network address" in says(PasswordChanged(at=NOON, address="192.0.2.1")).text
    assert "Network address" not in says(PasswordChanged(at=NOON, address=None)).text


def test_times_are_written_as_nobody_can_misread_them() -> None:
    assert "When: 2030-06-01 12:00 UTC" in says(PasswordChanged(at=NOON, address=None)).text


def test_html_works_without_anything_from_elsewhere_and_knows_the_dark() -> None:
    for _, mail in OURS_IN_WORDS.examples():
        assert not re.search(r"<(img|script|link|iframe|form|object|svg)\b|url\(|@import|@font-face", mail.html)
        assert '<meta name="color-scheme" content="light dark">' in mail.html
        assert f'<html lang="{mail.locale}">' in mail.html
        assert len(mail.html.encode()) < 20_000  # some programs cut what is longer than 100 kB


def test_lines_of_text_are_short_but_for_links() -> None:
    for _, mail in OURS_IN_WORDS.examples():
        assert all(len(line) <= 72 or line.startswith("https://") for line in mail.text.splitlines())


# ---- What an operator puts in the place of ours


def test_one_template_can_be_replaced_and_the_rest_stays(tmp_path: Path) -> None:
    mine = overridden(
        tmp_path,
        "en/password_changed.jinja",
        "{% extends layout %}{% block subject %}Watch out{% endblock %}"
        "{% block body %}Changed: {{ at | moment }}{% endblock %}",
    )
    mine.check()

    changed = says(PasswordChanged(at=NOON, address=None), wording=mine)

    assert (changed.subject, "Changed: 2030-06-01" in changed.text) == ("Watch out", True)
    assert says(NewDevice(at=NOON, device="x", address=None), wording=mine).subject == "You signed in on a new device"


def test_the_look_of_all_can_be_replaced(tmp_path: Path) -> None:
    mine = overridden(
        tmp_path, "layout.html", "<b>ours</b>{% block subject %}{% endblock %}{% block body %}{% endblock %}"
    )

    assert all(mail.html.startswith("<b>ours</b>") for _, mail in mine.examples())


def test_a_language_can_be_added_if_it_is_whole(tmp_path: Path) -> None:
    copytree(OURS / "en", tmp_path / "fr")
    french = TemplateWording(SITE, folder=tmp_path)

    assert says(PasswordChanged(at=NOON, address=None), locale="fr-CA", wording=french).locale == "fr"

    (tmp_path / "fr" / "invitation.jinja").unlink()
    with pytest.raises(BrokenTemplate, match=r"fr/invitation\.jinja: there is no such template"):
        TemplateWording(SITE, folder=tmp_path).check()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{% block subject %}Hi{% endblock %}\n{{ nonsense }}", "line 2.*'nonsense' is undefined"),
        ("{% block subject %}Hi{% endblock %}\n{% if %}", "line 2"),
        ("{% block subject %}Hi{% endblock %}{{ token }}", "'token' is undefined"),
        ("Hi {{ link }}", "no block `subject`"),
        ("{% block subject %} {% endblock %}{{ link }}", "one line"),
        ("{% block subject %}Hi{% endblock %}no link at all", "the link is missing"),
        ("{% block subject %}Hi{% endblock %}{{ link.__class__.__mro__ }}", "unsafe|undefined"),
        ("{% block subject %}Hi{% endblock %}{% include '../../../etc/passwd' %}", "no such template"),
        ("{% block subject %}Hi{% endblock %}{% extends 'nowhere.html' %}", "nowhere.html: there is no such"),
    ],
)
def test_a_broken_template_is_told_with_its_name_and_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    broken = overridden(tmp_path, "de/reset_password.jinja", text)

    with pytest.raises(BrokenTemplate, match=complaint):
        broken.check()


@pytest.mark.parametrize("character", ["&", "&amp;", "'", '"', "<", ">"])
def test_a_link_may_lead_to_a_page_that_html_writes_in_another_way(tmp_path: Path, character: str) -> None:
    site = replace(SITE, pages_url=f"https://www.example.com/ada{character}bob")
    copytree(OURS, tmp_path, dirs_exist_ok=True)

    TemplateWording(site, folder=tmp_path).check()


@pytest.mark.parametrize("only", ["layout.txt", "layout.html"])
def test_a_link_belongs_in_the_text_and_in_the_html(tmp_path: Path, only: str) -> None:
    text = f"{{% block subject %}}Hi{{% endblock %}}{{% if layout == '{only}' %}}{{{{ link }}}}{{% endif %}}"

    with pytest.raises(BrokenTemplate, match="the link is missing"):
        overridden(tmp_path, "en/reset_password.jinja", text).check()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BrokenTemplate, match="is no folder"):
        TemplateWording(SITE, folder=tmp_path / "nowhere")


def test_what_was_looked_at_is_what_is_sent(tmp_path: Path) -> None:
    mine = overridden(tmp_path, "en/password_changed.jinja", "{% block subject %}Hi{% endblock %}before")
    mine.check()

    (tmp_path / "en" / "password_changed.jinja").write_text("{{ broken", encoding="utf-8")

    assert "before" in says(PasswordChanged(at=NOON, address=None), wording=mine).text
