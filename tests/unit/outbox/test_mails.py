"""A mail has one recipient and a subject of one line, or it is none."""

from dataclasses import replace

import pytest

from auth_core.outbox.messages import PasswordChanged
from auth_core.testing import PlainWording, a_letter
from auth_core.users.email_address import EmailAddress


@pytest.mark.covers("REG-09")
@pytest.mark.parametrize(
    "to",
    [
        "",
        "a",
        "a@x.org,b@y.org",
        "a@x.org\r\nBcc: b@y.org",
        "a@x.org ",
        "<a@x.org>",
        "a b@x.org",
        "ä@x.org",
        "a@x@y.org",
    ],
)
def test_a_mail_has_one_recipient(to: str) -> None:
    letter = a_letter()

    with pytest.raises(ValueError, match="one recipient"):
        replace(PlainWording().compose(PasswordChanged(at=letter.created_at, address=None), letter), to=to)


@pytest.mark.covers("REG-09")
@pytest.mark.parametrize("subject", ["", " ", "Hello\r\nBcc: b@y.org", "Hello\x00"])
def test_a_subject_is_one_line(subject: str) -> None:
    letter = a_letter()

    with pytest.raises(ValueError, match="one line"):
        replace(PlainWording().compose(PasswordChanged(at=letter.created_at, address=None), letter), subject=subject)


@pytest.mark.parametrize("address", ["Ada@example.org", "a!#$%&'*+/=?^_`{|}~-.b@xn--mnchen-3ya.example"])
def test_every_address_that_we_accept_can_be_mailed_to(address: str) -> None:
    letter = a_letter(to=EmailAddress.parse(address).address)

    assert PlainWording().compose(PasswordChanged(at=letter.created_at, address=None), letter).to == address
