"""The statistics of the checker, by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.benchmarks.measures import auc as auc_of_sides
from evals.checking.measures import Point, auc, balanced_accuracy, over, pearson, rate, spearman


def points(found: Sequence[float], wanted: Sequence[float]) -> list[Point]:
    return [Point(*both) for both in zip(found, wanted, strict=True)]


def column(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(values, dtype=np.float64)


def test_a_rate_has_wilsons_interval() -> None:
    found = rate([True] * 8 + [False] * 2)
    assert found and (found.value, found.n) == (0.8, 10)
    assert (found.low, found.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_a_rate_of_one_is_not_held_to_be_certain() -> None:
    found = rate([True] * 10)
    assert found and (found.low, found.high) == pytest.approx((0.7225, 1.0), abs=1e-4)
    assert rate([]) is None


def test_pearson_is_what_it_is_by_hand() -> None:
    assert pearson(column(1, 2, 3, 4), column(1, 3, 2, 4)) == pytest.approx(0.8)
    assert pearson(column(1, 2, 3), column(6, 4, 2)) == pytest.approx(-1.0)


def test_a_constant_column_correlates_with_nothing() -> None:
    assert pearson(column(0.7, 0.7, 0.7), column(1, 2, 3)) == 0.0


def test_ties_share_their_mean_rank() -> None:
    # Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 over the root of 4.5 times 5.
    assert spearman(column(1, 2, 2, 400), column(10, 20, 30, 40)) == pytest.approx(4.5 / (4.5 * 5) ** 0.5)


def test_balanced_accuracy_is_the_mean_of_both_sides() -> None:
    assert balanced_accuracy(column(1, 1, 0, 0, 1), column(1, 1, 1, 0, 0)) == pytest.approx((2 / 3 + 1 / 2) / 2)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=20), st.lists(st.integers(0, 5), min_size=1, max_size=20))
def test_auc_is_that_of_the_benchmarks(high: list[int], low: list[int]) -> None:
    found = auc(column(*high, *low), column(*[1] * len(high), *[0] * len(low)))
    assert found == pytest.approx(auc_of_sides(high, low))


def test_a_statistic_over_points_has_an_interval_around_it() -> None:
    found = over(points([0.1, 0.4, 0.2, 0.9, 0.8, 0.7], [0, 0, 1, 1, 1, 0]), pearson)
    assert found and found.low < found.value < found.high and found.n == 6
    assert over([], pearson) is None
