"""Proof that a contract can fail: adapters broken on purpose, and the test of the contract that must notice."""

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
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


def _must_fail(test: FunctionType, raises: tuple[type[BaseException], ...]) -> Callable[..., object]:
    if iscoroutinefunction(test):

        @wraps(test)
        async def fails_in_time(*arguments: object, **fixtures: object) -> None:
            with pytest.raises(raises):
                await test(*arguments, **fixtures)

        return fails_in_time

    @wraps(test)
    def fails(*arguments: object, **fixtures: object) -> None:
        with pytest.raises(raises):
            test(*arguments, **fixtures)

    return fails
