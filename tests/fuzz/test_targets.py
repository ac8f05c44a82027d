"""Whatever reads tokens, bodies, cursors, addresses and files refuses what it does not understand, and nothing else."""

import pytest

from tests.fuzz.targets import inputs
from tests.fuzz.targets.every import every_target
from tests.fuzz.targets.target import Broken, Target, holds

NUMBERS = tuple(range(1_500))


@pytest.mark.covers("HTTP-05", "HTTP-06", "JWT-20", "REG-04", "AUZ-11")
def test_no_input_breaks_a_reader_or_is_read_in_two_ways() -> None:
    found = inputs.read_all(NUMBERS)

    assert found.failures == []
    assert found.tally.total() == len(NUMBERS) * len(every_target())


@pytest.mark.parametrize("name", sorted(every_target()))
def test_a_target_takes_one_of_its_seeds_at_least(name: str) -> None:
    target = every_target()[name]

    assert any(target.reads(seed) for seed in target.seeds)


def test_a_broken_promise_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgiving(data: bytes) -> bool:
        holds(b"\0" not in data, "NUL is taken")
        return True

    target = Target(name="forgiving", seeds=[b"\0"], reads=forgiving)
    monkeypatch.setattr(inputs, "every_target", lambda: {"forgiving": target})

    assert [failure.split(": ")[1] for failure in inputs.read_all((0,)).failures] == [Broken.__name__]
