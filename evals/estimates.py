"""Means and other statistics with their uncertainty, and percentiles."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

RESAMPLES = 1_000
SEED = 20_251_130

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic over `n` examples (mostly their mean), with its standard error and a 95 % bootstrap interval."""

    value: float
    n: int
    standard_error: float
    low: float
    high: float


def estimate(values: Sequence[float | None]) -> Estimate | None:
    """The mean of the values that apply; None when none does. The same values give the same interval."""
    measured = np.array([value for value in values if value is not None], dtype=np.float64)
    if not measured.size:
        return None
    low, high = np.percentile(measured[_picks(measured.size)].mean(axis=1), [2.5, 97.5])
    error = measured.std(ddof=1) / math.sqrt(measured.size) if measured.size > 1 else 0.0
    return _rounded(measured.mean(), int(measured.size), error, low, high)


def bootstrap(items: Sequence[Item], statistic: Callable[[Sequence[Item]], float]) -> Estimate | None:
    """Any statistic of the items, its error and interval from resampled items; None of no items."""
    if not items:
        return None
    drawn = [statistic([items[at] for at in picks]) for picks in _picks(len(items))]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return _rounded(statistic(items), len(items), float(np.std(drawn)), low, high)


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile; 0.0 of no values."""
    ordered = sorted(values)
    return ordered[max(math.ceil(percent / 100 * len(ordered)) - 1, 0)] if ordered else 0.0


def _picks(size: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Which items each resample draws, the same for every call."""
    return np.random.default_rng(SEED).integers(0, size, (RESAMPLES, size))


def _rounded(value: float, n: int, *rest: float) -> Estimate:
    rounded, error, low, high = (round(float(number), 6) for number in (value, *rest))
    return Estimate(rounded, n, error, low, high)
