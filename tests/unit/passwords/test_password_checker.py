"""What is wrong with a password somebody wants to use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth_core import PasswordPolicy, Redacted
from auth_core.credentials.passwords.checker import faults_of, is_hashable, normalized
from auth_core.testing import FewCommonPasswords

POLICY = PasswordPolicy(min_length=8)
COMMON = FewCommonPasswords()


def codes(password: str, *context: str, policy: PasswordPolicy = POLICY) -> list[str]:
    faults = faults_of(Redacted(password), field="password", policy=policy, common=COMMON, context=context)
    assert all(fault.field == "password" for fault in faults)
    return [fault.code for fault in faults]


@pytest.mark.covers("R-P1", "R-P2", "PWD-05", "PWD-06", "PWD-08")
@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("", ["too_short"]),
        ("too wee", ["too_short"]),
        ("not wee!", []),
        ("w\u00e9" * 4, ["sequence"]),
        # Code points count, as a person sees them: composed first.
        ("too wee\u0301", ["too_short"]),
        ("not wee!e\u0301", []),
        ("\U0001f600\U0001f601\U0001f602\U0001f603\U0001f604\U0001f605\U0001f606", ["too_short"]),
        ("\U0001f600\U0001f601\U0001f602\U0001f603\U0001f604\U0001f605\U0001f606\U0001f607", []),
        ("   a    ", ["sequence"]),
        ("        ", ["one_character"]),
        ("aaaaaaaa", ["one_character"]),
        ("aAaAaAaA", ["one_character"]),
        ("aaa", ["too_short", "one_character"]),
        ("a\x00b\x00c\x00d\x00", []),
        ("abcdefg\ud800", ["unencodable"]),
        ("kx7q" * 256, []),
        ("kx7q" * 256 + "c", ["too_long"]),
        ("\u00e9a" * 341 + "b", []),
        ("\u00e9a" * 341 + "bb", ["too_long"]),
        ("x" * 10_000_000, ["too_long"]),
        # Not looked at any closer.
        ("\ud800" * 1025, ["too_long"]),
    ],
)
def test_a_password_is_judged_by_its_code_points_and_its_bytes(password: str, expected: list[str]) -> None:
    assert codes(password) == expected


def test_the_policy_says_how_long_a_password_must_be() -> None:
    strict = PasswordPolicy(min_length=15)

    assert codes("fourteen chars", policy=strict) == ["too_short"]
    assert codes("fifteen chars!!", policy=strict) == []
    for absurd in (0, 7, 129):
        with pytest.raises(ValueError, match="min_length"):
            PasswordPolicy(min_length=absurd)


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("lovelace", ["too_personal"]),
        ("LoveLace!1", ["too_personal"]),
        ("lovelacelovelace", ["too_personal"]),
        ("ada.lovelace", ["too_personal"]),
        ("ada.lovelace@example.org", ["too_personal"]),
        ("lovelace and much more", []),
        ("l0velac3", ["too_personal"]),
        ("ecalevol", ["too_personal"]),
        ("a lady of example town", []),
        ("example2", ["too_personal"]),
        ("ada ada ada", []),
    ],
)
def test_a_password_made_of_its_owners_name_or_address_is_refused(password: str, expected: list[str]) -> None:
    assert codes(password, "ada.lovelace@example.org", "Ada", "Lovelace") == expected


@pytest.mark.covers("PWD-14", "R-P5")
@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("passwords", []),
        ("PassWord", ["common"]),
        ("password1", ["common"]),
        ("2024password!!!", ["common"]),
        ("password12345678", ["common"]),
        ("passwordpassword", ["common"]),
        ("sunshinesunshine77", ["common"]),
        ("drowssap", ["common"]),
        ("5unsh1ne", ["common"]),
        ("1l0v3y0u", ["common"]),
        ("P@$$w0rd2024", ["common"]),
        ("dragon", ["too_short", "common"]),
        # So much besides that the word is no help.
        ("password 4 my bicycle", []),
        ("dragon79264", ["common"]),
        ("dragon792641", []),
        ("qwertyuiop", ["sequence"]),
        ("1qaz2wsx3edc", ["sequence"]),
        ("zyxwvuts98765", ["sequence"]),
        ("abcd1234!", ["sequence"]),
        ("aaaabbbbcccc", ["sequence"]),
        ("abcabcabc", ["sequence"]),
        ("asdfghjkl and more", []),
        ("acme-cloud", ["names_the_service"]),
        ("Acm3C10ud1", ["names_the_service"]),
        ("my acme cloud is mine", []),
    ],
)
def test_what_is_tried_first_is_refused_with_the_reason(password: str, expected: list[str]) -> None:
    policy = PasswordPolicy(min_length=8, service_words=("Acme Cloud", "acmecloud"))

    assert codes(password, policy=policy) == expected


@pytest.mark.covers("R-P4", "PWD-07")
def test_composition_does_not_matter_and_compatibility_does() -> None:
    assert normalized(Redacted("cafe\u0301")).reveal() == normalized(Redacted("caf\u00e9")).reveal()
    assert normalized(Redacted("\ufb01")).reveal() != "fi"
    assert normalized(Redacted("\u2460")).reveal() != "1"


@given(st.text(max_size=1100), st.lists(st.text(max_size=20), max_size=3))
def test_every_text_gets_an_answer_that_does_not_contain_it(text: str, context: list[str]) -> None:
    faults = faults_of(Redacted(text), field="password", policy=POLICY, common=COMMON, context=context)

    assert len(text) < POLICY.min_length or text not in repr(faults)
    assert is_hashable(Redacted(text)) or faults
