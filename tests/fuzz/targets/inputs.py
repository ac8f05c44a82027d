"""Inputs for the targets by their number: seeds of a target, damaged, and parts of several put together."""

from collections import Counter
from random import Random

from tests.fuzz.barrage import Found
from tests.fuzz.mutated import spoiled
from tests.fuzz.targets.every import every_target
from tests.fuzz.targets.target import Target


def an_input(target: Target, number: int) -> bytes:
    """Return the input of this number."""
    if number < len(target.seeds):
        return target.seeds[number]
    dice = Random(number)
    data = dice.choice(target.seeds)
    if dice.random() < 0.2:
        other = dice.choice(target.seeds)
        data = data[: dice.randrange(len(data) + 1)] + other[dice.randrange(len(other) + 1) :]
    return spoiled(dice, data)


def read_all(numbers: tuple[int, ...]) -> Found:
    """Let every target read its input of each number."""
    found = Found(Counter())
    for name, target in every_target().items():
        for number in numbers:
            data = an_input(target, number)
            try:
                taken = target.reads(data)
            except Exception as error:  # noqa: BLE001 - whatever it is, it was found
                found.failures.append(f"{name}, input {number}: {type(error).__name__}: {error}: {data[:300]!r}")
                continue
            found.tally[f"{name}, {'taken' if taken else 'refused'}"] += 1
    return found
