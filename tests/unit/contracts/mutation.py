"""Proof that a contract can fail: adapters broken on purpose, and the test of the contract that must notice."""

from collections.abc import Callable
from types import FunctionType

import pytest

_NOTICED = (AssertionError, pytest.fail.Exception)


def caught_by[Suite](
    *names: str, raises: tuple[type[BaseException], ...] = _NOTICED
) -> Callable[[type[Suite]], type[Suite]]:
    """Turn a contract's suite over a broken adapter into one that passes only if each of these tests fails.

    The other tests of the contract are left out. `raises` is how the tests may fail; a mutant that raises where its
    port promises not to adds its own exception.
    """

    def decorate(suite: type[Suite]) -> type[Suite]:
        for name in dir(suite):
            if not name.startswith("test_"):
                continue
            test = getattr(suite, name)
            assert isinstance(test, FunctionType)
            setattr(suite, name, _must_fail(test, raises) if name in names else None)
        missing = [name for name in names if getattr(suite, name, None) is None]
        assert not missing, f"{suite.__name__}: the contract has no {missing}"
        return suite

    return decorate


def _must_fail(test: FunctionType, raises: tuple[type[BaseException], ...]) -> FunctionType:
    """Copy the test before it is marked: the contract's own must stay as it is."""
    copy = FunctionType(test.__code__, test.__globals__, test.__name__, test.__defaults__, test.__closure__)
    copy.__kwdefaults__ = test.__kwdefaults__
    copy.__annotations__ = test.__annotations__
    copy.__dict__.update(test.__dict__)
    copy.__module__ = test.__module__
    copy.__dict__["pytestmark"] = [*getattr(test, "pytestmark", [])]
    marked = pytest.mark.xfail(strict=True, raises=raises, reason="this adapter is broken on purpose")(copy)
    assert isinstance(marked, FunctionType)
    return marked
