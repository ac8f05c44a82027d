"""A missing package is told by the extra that brings it."""

from importlib import import_module

import pytest

from auth_adapters.extras import MissingExtra, needs


def test_a_missing_import_names_the_extra_and_the_command() -> None:
    with pytest.raises(MissingExtra) as missing, needs("verify"):
        import_module("no_such_package_anywhere.inside")

    assert missing.value.name == "no_such_package_anywhere"
    assert "pip install 'auth-service[verify]'" in str(missing.value)
    assert isinstance(missing.value, ImportError)


def test_a_missing_module_is_found_without_importing() -> None:
    with pytest.raises(MissingExtra, match=r"needs the extra `postgres`"):
        needs("postgres", "json", "no_such_package_anywhere")


def test_what_is_there_is_no_trouble() -> None:
    with needs("verify", "json"):
        import json

    assert json.loads("1") == 1


def test_a_module_of_ours_that_is_missing_is_a_mistake_of_ours() -> None:
    with pytest.raises(ModuleNotFoundError) as missing, needs("verify"):
        import_module("auth_adapters.no_such_module")

    assert not isinstance(missing.value, MissingExtra)


def test_other_errors_pass_through() -> None:
    with pytest.raises(ZeroDivisionError), needs("verify"):
        _ = 1 // 0
