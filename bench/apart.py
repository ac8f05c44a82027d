"""Whether two ways of answering can be told apart by the time they take.

Both are measured in pairs, one right after the other in an order thrown anew for each pair, so that whatever else the
machine does befalls both alike. Two figures decide: the median of the differences, with the interval a bootstrap gives
it, and the AUC of Mann and Whitney, which is how often somebody who sees one answer of each guesses right: 0.5 is a
coin.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Final

MOST_APART: Final = 0.5
"""Milliseconds: the whole interval of the median difference lies within them."""
LEAST_AUC: Final = 0.47
MOST_AUC: Final = 0.53

_RESAMPLES: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """How far two ways are apart, in milliseconds. `median_a` and `median_b` are those of each way by itself."""

    pairs: int
    median_a: float
    median_b: float
    difference: float
    low: float
    high: float
    auc: float

    @property
    def is_uniform(self) -> bool:
        """Whether they are close enough: the interval within half a millisecond, and nearly a coin to guess by."""
        return self.low >= -MOST_APART and self.high <= MOST_APART and LEAST_AUC <= self.auc <= MOST_AUC

    @property
    def is_apart(self) -> bool:
        """Whether they certainly differ: none lies outside the interval, and guessing beats a coin."""
        error = math.sqrt((2 * self.pairs + 1) / (12 * self.pairs**2))
        return (self.low > 0 or self.high < 0) and abs(self.auc - 0.5) > 2 * error

    @property
    def verdict(self) -> str:
        """`even` or `apart`; `undecided` when there was too little, or too much else going on, to say."""
        return "even" if self.is_uniform else "apart" if self.is_apart else "undecided"

    def as_json(self) -> dict[str, object]:
        """Return what is kept of it."""
        return {**{name: round(value, 3) for name, value in asdict(self).items()}, "verdict": self.verdict}


def apart(a: Sequence[float], b: Sequence[float], *, seed: int = 0) -> Apart:
    """Compare the times of two ways, in seconds, of which each two at one place are a pair."""
    differences = sorted(after - before for before, after in zip(a, b, strict=True))
    low, high = _interval_of_median(differences, Random(seed))
    return Apart(
        pairs=len(differences),
        median_a=1000 * statistics.median(a),
        median_b=1000 * statistics.median(b),
        difference=1000 * statistics.median(differences),
        low=1000 * low,
        high=1000 * high,
        auc=auc(a, b),
    )


def _interval_of_median(ordered: Sequence[float], dice: Random) -> tuple[float, float]:
    """Return the 95 % percentile interval of a bootstrap of the median.

    The median of a resample is one of the values, and which one is a matter of Beta: nothing need be resampled.
    """
    count = len(ordered)
    middle = (count + 1) / 2
    medians = sorted(
        ordered[min(count - 1, math.floor(count * dice.betavariate(middle, middle)))] for _ in range(_RESAMPLES)
    )
    return medians[round(0.025 * _RESAMPLES)], medians[round(0.975 * _RESAMPLES) - 1]


def auc(a: Sequence[float], b: Sequence[float]) -> float:
    """Return how likely a time of `b` is longer than one of `a`; two that are equal count half."""
    ordered = sorted([*((time, 0) for time in a), *((time, 1) for time in b)])
    ranks_of_b, at = 0.0, 0
    while at < len(ordered):
        end = at
        while end < len(ordered) and ordered[end][0] == ordered[at][0]:
            end += 1
        ranks_of_b += sum(which for _, which in ordered[at:end]) * (at + 1 + end) / 2
        at = end
    return (ranks_of_b - len(b) * (len(b) + 1) / 2) / (len(a) * len(b))
