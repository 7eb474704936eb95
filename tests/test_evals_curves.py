"""Risk against coverage, calibration, other thresholds: worked out by hand."""

from __future__ import annotations

import pytest

from evals.curves import Attempt, Bin, Setting, Spot, aurc, calibration, calibration_error, risk_coverage, settings_of
from evals.estimates import Estimate, bootstrap, estimate

FOUR = [Attempt(0.9, True), Attempt(0.8, False), Attempt(0.6, True), Attempt(0.2, False)]


def test_the_curve_goes_from_the_surest_answer_to_all() -> None:
    assert risk_coverage(FOUR[::-1]) == (
        Spot(0.9, 0.25, 0.0),
        Spot(0.8, 0.5, 0.5),
        Spot(0.6, 0.75, 1 / 3),
        Spot(0.2, 1.0, 0.5),
    )


def test_answers_of_one_confidence_come_in_together() -> None:
    assert risk_coverage([Attempt(0.5, True), Attempt(0.5, False)]) == (Spot(0.5, 1.0, 0.5),)


def test_the_area_is_the_mean_risk_over_all_coverages() -> None:
    assert aurc(FOUR) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)


def test_the_area_does_not_depend_on_the_order_of_equally_sure_answers() -> None:
    tied = [Attempt(0.5, True), Attempt(0.5, False), Attempt(0.5, False)]
    assert aurc(tied) == aurc(tied[::-1]) == pytest.approx(2 / 3)


def test_the_area_is_least_when_the_right_answers_are_the_surest() -> None:
    rights, wrongs = [Attempt(0.9, True)] * 3, [Attempt(0.1, False)] * 2
    best = aurc([*rights, *wrongs])
    worst = aurc([Attempt(1 - one.confidence, one.right) for one in (*rights, *wrongs)])
    assert 0 < best < 0.4 < worst < 1
    assert (aurc(rights), aurc(wrongs), aurc([])) == (0.0, 1.0, 0.0)


def test_calibration_groups_by_confidence_and_leaves_empty_bins_out() -> None:
    found = calibration([Attempt(0.12, False), Attempt(0.18, True), Attempt(0.95, True), Attempt(1.0, True)])
    assert found == (Bin(pytest.approx(0.15), 0.5, 2), Bin(pytest.approx(0.975), 1.0, 2))


def test_the_calibration_error_weighs_each_bin_by_its_answers() -> None:
    attempts = [Attempt(0.15, False)] * 3 + [Attempt(0.95, True)]
    assert calibration_error(attempts) == pytest.approx(0.75 * 0.15 + 0.25 * 0.05)
    assert calibration_error([]) == 0.0


def test_perfectly_calibrated_answers_have_no_error() -> None:
    assert calibration_error([Attempt(0.5, True), Attempt(0.5, False)]) == 0.0


def test_a_threshold_trades_right_answers_for_abstentions() -> None:
    attempts = [Attempt(0.9, True), Attempt(0.3, True), Attempt(0.5, False, answerable=False), Attempt(0.1, False)]
    assert settings_of(attempts, [0.0, 0.4, 1.0]) == (
        Setting(0.0, right=2 / 3, over_abstention=0.0, abstention_recall=0.0),
        Setting(0.4, right=1 / 3, over_abstention=2 / 3, abstention_recall=0.0),
        Setting(1.0, right=0.0, over_abstention=1.0, abstention_recall=1.0),
    )


def test_the_bootstrap_of_a_mean_is_the_interval_of_the_estimate() -> None:
    values = [0.0, 1.0, 1.0, 0.0, 1.0]
    drawn, known = bootstrap(values, lambda some: sum(some) / len(some)), estimate(values)
    assert drawn and known
    assert (drawn.value, drawn.n, drawn.low, drawn.high) == (known.value, known.n, known.low, known.high)
    assert bootstrap([], len) is None
    assert bootstrap([3.0], lambda some: some[0]) == Estimate(3.0, 1, 0.0, 3.0, 3.0)
