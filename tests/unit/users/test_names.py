"""What people may be called."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth_core import InvalidName
from auth_core.users.model import name


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Ada", "Ada"),
        ("  Ada  ", "Ada"),
        ("Jose\u0301", "Jos\u00e9"),
        ("\u6797", "\u6797"),
        ("O'Brien-Smith Jr.", "O'Brien-Smith Jr."),
        ("'; DROP TABLE users; --", "'; DROP TABLE users; --"),
        ("%_<b>&amp;", "%_<b>&amp;"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("\U0001f469\u200d\U0001f680", "\U0001f469\u200d\U0001f680"),
        ("x" * 100, "x" * 100),
        ("\U00020000" * 100, "\U00020000" * 100),
        ("e\u0301" * 100, "\u00e9" * 100),
    ],
)
def test_a_name_is_kept_as_its_owner_writes_it(written: str, kept: str) -> None:
    assert name(written, field="first_name") == kept


@pytest.mark.covers("REG-09", "REG-16")
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x" * 101,
        "x" * 1_000_000,
        "Ada\r\nBcc: eve@example.org",
        "Ada\x00",
        "A\tda",
        "Ada\t",
        "\x1b[31mAda",
        "Ada\u202egnp.exe",
        "A\u200bda",
        "\ufeffAda",
        "Ada\u2028Lovelace",
        "A\ud800da",
        "Ada\ue000",
        "Ada\U000e0041",
        "Ada\U0010ffff",
    ],
)
def test_what_cannot_be_shown_is_no_name(text: str) -> None:
    with pytest.raises(InvalidName) as caught:
        name(text, field="last_name")

    assert [fault.field for fault in caught.value.faults] == ["last_name"]


@given(st.text())
def test_whatever_is_accepted_is_short_composed_and_reads_as_itself(text: str) -> None:
    try:
        kept = name(text, field="first_name")
    except InvalidName:
        return

    assert 1 <= len(kept) <= 100
    assert kept == unicodedata.normalize("NFC", kept).strip()
    assert name(kept, field="first_name") == kept
