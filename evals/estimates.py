"""Means with their uncertainty, and percentiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 1_000
SEED = 20_251_130


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over `n` examples, with its standard error and a 95 % bootstrap interval."""

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
    picks = np.random.default_rng(SEED).integers(0, measured.size, (RESAMPLES, measured.size))
    low, high = np.percentile(measured[picks].mean(axis=1), [2.5, 97.5])
    error = measured.std(ddof=1) / math.sqrt(measured.size) if measured.size > 1 else 0.0
    mean, error, low, high = (round(float(number), 6) for number in (measured.mean(), error, low, high))
    return Estimate(mean, int(measured.size), error, low, high)


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile; 0.0 of no values."""
    ordered = sorted(values)
    return ordered[max(math.ceil(percent / 100 * len(ordered)) - 1, 0)] if ordered else 0.0
