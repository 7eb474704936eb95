"""Two runs over the same examples: what differs, and whether it is more than chance.

The test is the sign-flip permutation test on paired differences: if the runs were alike, each example's difference
could as well have had the other sign. It asks nothing of how the differences are spread; for right or wrong it is
McNemar's exact test.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from evals.estimates import SEED, estimate
from evals.saved import SavedRow, SavedRun
from evals.scoring import LOWER_IS_BETTER, METRICS

_MOST_EXACT = 14
"""Up to so many examples that differ, all 2^n signs are tried."""
_FLIPS = 20_000
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric of two runs, over the examples that both of them score."""

    metric: str
    n: int
    before: float
    after: float
    low: float
    high: float
    """Of `change`: the 95 % bootstrap interval."""
    better: int
    worse: int
    """Examples that gained, that lost."""
    chance: float
    """Probability of a loss as large by chance alone (one-sided); small: worse beyond noise."""
    chance_either: float
    """The same of a difference as large in either direction."""

    @property
    def change(self) -> float:
        """After less before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Pair:
    """One example in both runs."""

    before: SavedRow
    after: SavedRow

    @property
    def won(self) -> bool:
        """Right now, and not before."""
        return self.after.right and not self.before.right

    @property
    def lost(self) -> bool:
        """Right before, and not now."""
        return self.before.right and not self.after.right

    @property
    def says_something_else(self) -> bool:
        """The answer's text differs."""
        return self.before.said != self.after.said

    @property
    def cites_something_else(self) -> bool:
        """The footnotes stand elsewhere."""
        return _places(self.before) != _places(self.after)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of a run's examples in another run."""

    before: SavedRun
    after: SavedRun
    pairs: tuple[Pair, ...]
    """Examples that are the same in both."""
    edited: tuple[str, ...]
    """Ids of examples that were written anew in between: not compared."""
    added: tuple[str, ...]
    """Ids that only the later run has."""
    missing: tuple[str, ...]
    """Ids that only the earlier run has."""
    differences: tuple[Difference, ...]
    """Of every metric that applies, in the order of METRICS."""

    @property
    def won(self) -> tuple[Pair, ...]:
        """Examples that turned right."""
        return tuple(pair for pair in self.pairs if pair.won)

    @property
    def lost(self) -> tuple[Pair, ...]:
        """Examples that are not right any more."""
        return tuple(pair for pair in self.pairs if pair.lost)

    @property
    def changed(self) -> tuple[Pair, ...]:
        """Examples that neither won nor lost, and say or cite something else."""
        differing = (pair for pair in self.pairs if pair.says_something_else or pair.cites_something_else)
        return tuple(pair for pair in differing if not (pair.won or pair.lost))


def compare(before: SavedRun, after: SavedRun) -> Comparison:
    """Pair the examples of two runs by id, and test every metric."""
    old, new = ({row.id: row for row in run.rows} for run in (before, after))
    same = [Pair(old[one], new[one]) for one in new if one in old and old[one].digest == new[one].digest]
    return Comparison(
        before,
        after,
        tuple(same),
        edited=tuple(one for one in new if one in old and old[one].digest != new[one].digest),
        added=tuple(one for one in new if one not in old),
        missing=tuple(one for one in old if one not in new),
        differences=tuple(_differences(same)),
    )


def chance_of_loss(changes: Sequence[float]) -> float:
    """Probability that random signs give a sum as low; 1.0 where nothing changed."""
    moved = np.array([change for change in changes if abs(change) > _TINY])
    if not moved.size:
        return 1.0
    sums = _signs(moved.size) @ np.abs(moved)
    as_low = sums <= moved.sum() + _TINY
    if moved.size <= _MOST_EXACT:
        return float(as_low.mean())
    return float((as_low.sum() + 1) / (len(sums) + 1))


def _differences(pairs: Sequence[Pair]) -> Iterator[Difference]:
    for metric in METRICS:
        both = [(pair.before.scores.get(metric), pair.after.scores.get(metric)) for pair in pairs]
        values = [(before, after) for before, after in both if before is not None and after is not None]
        if values:
            yield _difference(metric, values)


def _difference(metric: str, values: Sequence[tuple[float, float]]) -> Difference:
    sign = -1 if metric in LOWER_IS_BETTER else 1
    changes = [after - before for before, after in values]
    gains = [sign * change for change in changes]
    interval = estimate(changes)
    assert interval
    loss, gain = chance_of_loss(gains), chance_of_loss([-one for one in gains])
    return Difference(
        metric,
        len(values),
        before=round(sum(before for before, _ in values) / len(values), 6),
        after=round(sum(after for _, after in values) / len(values), 6),
        low=interval.low,
        high=interval.high,
        better=sum(one > _TINY for one in gains),
        worse=sum(one < -_TINY for one in gains),
        chance=loss,
        chance_either=min(1.0, 2 * min(loss, gain)),
    )


def _signs(size: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int8]]:
    if size <= _MOST_EXACT:
        return np.array(list(itertools.product((-1, 1), repeat=size)), dtype=np.int8)
    drawn = np.random.default_rng(SEED).integers(0, 2, (_FLIPS, size), dtype=np.int8)
    return drawn * 2 - 1


def _places(row: SavedRow) -> frozenset[tuple[str, int, int]]:
    return row.answer.places if row.answer else frozenset()
