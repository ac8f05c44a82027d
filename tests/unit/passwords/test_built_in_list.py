"""The list of common passwords that comes along."""

from importlib.resources import files
from itertools import pairwise

import pytest

from auth_adapters.common_passwords import BuiltInCommonPasswords, build
from auth_adapters.common_passwords.built_in import FILE_NAME
from auth_adapters.common_passwords.digest import SIZE
from auth_core import PasswordPolicy, Redacted
from auth_core.credentials.passwords.checker import faults_of

STORED = files("auth_adapters.common_passwords").joinpath(FILE_NAME).read_bytes()


def test_it_is_as_long_as_is_said_and_in_order() -> None:
    digests = [STORED[place : place + SIZE] for place in range(0, len(STORED), SIZE)]

    assert len(BuiltInCommonPasswords()) == len(digests) == 49_193
    assert all(one < other for one, other in pairwise(digests))


@pytest.mark.covers("PWD-14", "R-P5")
def test_what_people_make_of_common_passwords_is_refused_at_any_length_that_may_be_asked_for() -> None:
    common = BuiltInCommonPasswords()

    for least, passwords in (
        (8, ("Liverpool1!", "m1ch@el88", "starwars", "trustno1", "Ferrari2024", "nimdanimda", "Charlie#1")),
        (15, ("passwordpassword", "michael12345678", "superman2024!!!", "Basketball12345", "liverpoolliverpool")),
    ):
        for password in passwords:
            faults = faults_of(
                Redacted(password), field="password", policy=PasswordPolicy(min_length=least), common=common
            )
            assert "common" in [fault.code for fault in faults], password


def test_sentences_are_let_through() -> None:
    common = BuiltInCommonPasswords()

    for password in (
        "correct horse battery staple",
        "paper lantern under the bridge",
        "sunshine on my shoulders 1971",
        "xK4#mQ9v",
        "der Hund bellt um acht",
    ):
        assert not faults_of(Redacted(password), field="password", policy=PasswordPolicy(), common=common), password


def test_a_list_is_made_of_what_is_long_enough_and_whatever_its_case() -> None:
    assert build.list_of(["Pass", "pASS", "abc"]) == build.list_of(["pass"])
    assert len(build.list_of(["pass", "word"])) == 2 * SIZE
