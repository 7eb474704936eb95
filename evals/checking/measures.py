"""Statistics of a checker: rates with Wilson's interval, balanced accuracy, AUC, correlations with bootstrap ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evals.benchmarks.measures import auc as area_under_curve
from evals.estimates import Estimate, bootstrap

Numbers = npt.NDArray[np.float64]
Statistic = Callable[[Numbers, Numbers], float]
"""Of two columns of the same length."""

_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Point:
    """What was measured of one item, and what it should have been."""

    found: float
    wanted: float


def rate(flags: Sequence[bool]) -> Estimate | None:
    """The share that is true, with Wilson's 95 % interval, which is honest at 0 and 1; None of no flags."""
    count = len(flags)
    if not count:
        return None
    share, spread = sum(flags) / count, _Z**2 / count
    middle = (share + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    error = math.sqrt(share * (1 - share) / count)
    return Estimate(round(share, 6), count, round(error, 6), round(middle - half, 6), round(middle + half, 6))


def over(points: Sequence[Point], statistic: Statistic) -> Estimate | None:
    """A statistic of the points with its 95 % bootstrap interval; None of no points."""
    found, wanted = (np.array([getattr(point, name) for point in points]) for name in ("found", "wanted"))
    return bootstrap(range(len(points)), lambda picks: statistic(found[picks], wanted[picks]))


def pearson(found: Numbers, wanted: Numbers) -> float:
    """Pearson's correlation; 0.0 where one column is constant."""
    first, second = found - found.mean(), wanted - wanted.mean()
    scale = math.sqrt(float(first @ first) * float(second @ second))
    return float(first @ second) / scale if scale > 1e-12 else 0.0


def spearman(found: Numbers, wanted: Numbers) -> float:
    """Spearman's correlation: Pearson's of the ranks, ties sharing their mean rank."""
    return pearson(_ranks(found), _ranks(wanted))


def auc(found: Numbers, wanted: Numbers) -> float:
    """How often an item that is wanted (1.0) is found higher than one that is not (0.0); a tie counts half."""
    high, low = found[wanted == 1.0].tolist(), found[wanted == 0.0].tolist()
    return area_under_curve(high, low) if high and low else 0.5


def balanced_accuracy(found: Numbers, wanted: Numbers) -> float:
    """The mean of how many wanted items were found (1.0), and how many others were not (0.0)."""
    sides = [found == wanted] if len(set(wanted.tolist())) < 2 else [found[wanted == 1.0], 1 - found[wanted == 0.0]]
    return float(np.mean([side.mean() for side in sides]))


def _ranks(values: Numbers) -> Numbers:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Numbers = ((last - counts + 1 + last) / 2)[places]
    return ranks
