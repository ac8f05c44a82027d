"""Which addresses are accepted, and when two spellings are one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth_core import InvalidEmail
from auth_core.users.email_address import EmailAddress

LONGEST_LOCAL_PART = "l" * 64
DOMAIN_OF_189 = ".".join(["d" * 61, "d" * 61, "d" * 61, "org"])[:189]


@pytest.mark.covers("REG-04", "REG-06")
@pytest.mark.parametrize(
    ("written", "address", "canonical"),
    [
        ("ada@example.org", "ada@example.org", "ada@example.org"),
        ("Ada@Example.ORG", "Ada@example.org", "ada@example.org"),
        ("  ada@example.org\n", "ada@example.org", "ada@example.org"),
        # Only the owner of a domain knows what dots and tags mean there.
        ("a.d.a+news@example.org", "a.d.a+news@example.org", "a.d.a+news@example.org"),
        ("O'Brien@example.org", "O'Brien@example.org", "o'brien@example.org"),
        ("!#$%&'*+/=?^_`{|}~-@example.org", "!#$%&'*+/=?^_`{|}~-@example.org", "!#$%&'*+/=?^_`{|}~-@example.org"),
        ("ada@b\u00fccher.example", "ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ("ada@bu\u0308cher.example", "ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ("ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ("ada@\uff45xample.org", "ada@example.org", "ada@example.org"),
        ("ada@example\u3002org", "ada@example.org", "ada@example.org"),
        ("ada@\u212aelvin.example", "ada@kelvin.example", "ada@kelvin.example"),
        ("a@b.co", "a@b.co", "a@b.co"),
        (f"{LONGEST_LOCAL_PART}@example.org", f"{LONGEST_LOCAL_PART}@example.org", f"{LONGEST_LOCAL_PART}@example.org"),
        (f"{LONGEST_LOCAL_PART}@{DOMAIN_OF_189}", *[f"{LONGEST_LOCAL_PART}@{DOMAIN_OF_189}"] * 2),
    ],
)
def test_an_address_has_one_canonical_form(written: str, address: str, canonical: str) -> None:
    parsed = EmailAddress.parse(written)

    assert (parsed.address, parsed.canonical) == (address, canonical)


@pytest.mark.covers("REG-05", "REG-06", "REG-09", "REG-10")
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "@",
        "ada",
        "ada@",
        "@example.org",
        "ada@localhost",
        "a@b",
        "ada@@example.org",
        "ada@lovelace@example.org",
        ".ada@example.org",
        "ada.@example.org",
        "a..da@example.org",
        "ada lovelace@example.org",
        "ada@exam ple.org",
        "ada@example..org",
        "ada@.example.org",
        "ada@-example.org",
        "ada@example-.org",
        "ada@exa_mple.org",
        "ada@192.0.2.1",
        "ada@[192.0.2.1]",
        "ada@[IPv6:2001:db8::1]",
        '"ada lovelace"@example.org',
        '"ada"@example.org',
        "ada(comment)@example.org",
        "Ada <ada@example.org>",
        "ada@example.org\r\nBcc: eve@example.org",
        "ada\x00@example.org",
        "ada@example.org\x00",
        "ada,eve@example.org",
        # Letters that look like, or fold to, others: they would be another's account, or nobody's.
        "m\u0131ke@example.org",
        "\u017fteve@example.org",
        "\u212a@example.org",
        "\u0430da@example.org",
        "ad\u00e4@example.org",
        "ada\u200b@example.org",
        "ada@exam\u200bple.org" + "\u200d",
        "ada@stra\u00dfe.example",
        "ada@stra\u1e9ee.example",
        "ada@\u03b2\u03bf\u03bb\u03bf\u03c2.example",
        "ada@exa\ud800mple.org",
        f"{LONGEST_LOCAL_PART}l@example.org",
        f"{LONGEST_LOCAL_PART}@{DOMAIN_OF_189}x",
        "ada@" + "d" * 64 + ".org",
        "ada@" + "\u00fc" * 63 + ".org",
        "a" * 100_000 + "@example.org",
    ],
)
def test_what_mail_cannot_be_sent_to_is_refused(text: str) -> None:
    with pytest.raises(InvalidEmail) as caught:
        EmailAddress.parse(text)

    assert [fault.field for fault in caught.value.faults] == ["email"]


@pytest.mark.covers("REG-04", "REG-05", "REG-10")
@given(st.one_of(st.text(max_size=80), st.emails(), st.builds("{}@{}.org".format, st.text(max_size=9), st.text())))
def test_whatever_is_accepted_is_ascii_and_reads_as_itself(text: str) -> None:
    try:
        parsed = EmailAddress.parse(text)
    except InvalidEmail:
        return

    assert parsed.address.isascii()
    assert parsed.address.isprintable()
    assert EmailAddress.parse(parsed.address) == parsed
    assert EmailAddress.parse(parsed.canonical).canonical == parsed.canonical
    assert EmailAddress.parse(parsed.address.upper()).canonical == parsed.canonical
