"""Settings of mail: when it is sent, by whom, and what is too little or not safe."""

import pytest

from auth_http.settings import read_settings
from auth_http.settings.mail import MailMode, sender
from tests.unit.operations.given_settings import PRODUCTION, problems

MAIL = {"AUTH_MAIL_HOST": "smtp.example.org", "AUTH_MAIL_FROM": "Example <no-reply@example.org>"}


def test_mail_is_sent_where_there_is_a_server_printed_in_development_and_off_elsewhere() -> None:
    assert read_settings({}).mail is MailMode.CONSOLE
    assert read_settings({"AUTH_ENV": "test"}).mail is read_settings(PRODUCTION).mail is MailMode.OFF
    assert read_settings({**PRODUCTION, **MAIL}).mail is MailMode.SMTP
    assert read_settings({**MAIL, "AUTH_MAIL": "off"}).mail is MailMode.OFF


@pytest.mark.covers("CFG-01")
@pytest.mark.parametrize(
    ("given", "setting", "reason"),
    [
        ({"AUTH_MAIL": "smtp", "AUTH_MAIL_FROM": "a@example.org"}, "AUTH_MAIL_HOST", "is missing"),
        ({"AUTH_MAIL_HOST": "smtp.example.org"}, "AUTH_MAIL_FROM", "is missing"),
        ({**MAIL, "AUTH_MAIL_TLS": "off"}, "AUTH_MAIL_TLS", "links that open accounts"),
        ({"AUTH_MAIL": "console"}, "AUTH_MAIL", "would be printed"),
        ({**MAIL, "AUTH_MAIL_USER": "auth"}, "AUTH_MAIL_PASSWORD", "belong together"),
        ({"AUTH_REGISTRATION": "verified"}, "AUTH_REGISTRATION", "nobody could ever sign in"),
        ({"AUTH_REGISTRATION": "invitation"}, "AUTH_REGISTRATION", "nobody could be invited"),
    ],
)
def test_mail_that_is_half_set_up_or_not_safe_is_refused(given: dict[str, str], setting: str, reason: str) -> None:
    refused = problems({**PRODUCTION, **given})

    assert refused.keys() == {setting}
    assert reason in refused[setting]


def test_a_password_is_never_sent_in_clear_to_another_machine() -> None:
    signs_in = {"AUTH_MAIL_USER": "auth", "AUTH_MAIL_PASSWORD": "n7Qv2LxTz9", "AUTH_MAIL_TLS": "off"}

    assert problems({**MAIL, **signs_in}).keys() == {"AUTH_MAIL_TLS"}
    assert read_settings({**MAIL, **signs_in, "AUTH_MAIL_HOST": "localhost"}).mail_user == "auth"


def test_the_sender_is_read_with_its_name_or_without() -> None:
    assert sender("Exämple & Co <no-reply@example.org>").display_name == "Exämple & Co"
    assert sender("no-reply@bücher.example").addr_spec == "no-reply@xn--bcher-kva.example"


@pytest.mark.covers("REG-09")
@pytest.mark.parametrize(
    "given", ["", "x", "a@b@c.org", "A\r\nBcc: x@y.org <a@example.org>", "A <a@example.org>, B <b@example.org>"]
)
def test_what_is_no_sender_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="must be an address"):
        sender(given)
