"""What confidence is worth: risk against coverage, calibration, and what other thresholds would give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

BINS = 10


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an example was given with abstention off: how sure the answer was, and what it was worth."""

    confidence: float
    right: bool
    """Answerable, and answered rightly with a supporting citation."""
    answerable: bool = True


@dataclass(frozen=True, slots=True)
class Spot:
    """Answering only what is at least this confident: the share answered, and the share of those that is wrong."""

    confidence: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Attempts of about the same confidence: their mean confidence, and how many were right."""

    confidence: float
    right: float
    n: int


@dataclass(frozen=True, slots=True)
class Setting:
    """What a threshold on confidence would give: each a share between 0 and 1."""

    abstain_below: float
    right: float
    """Of the answerable ones: right with a supporting citation."""
    over_abstention: float
    """Of the answerable ones: left all the same."""
    abstention_recall: float
    """Of the others: left."""


def risk_coverage(attempts: Sequence[Attempt]) -> tuple[Spot, ...]:
    """The curve, from the surest answers to all; answers of the same confidence come in together."""
    spots, taken, wrong = [], 0, 0
    for confidence, group in _surest_first(attempts):
        taken, wrong = taken + len(group), wrong + sum(not one.right for one in group)
        spots.append(Spot(confidence, taken / len(attempts), wrong / taken))
    return tuple(spots)


def aurc(attempts: Sequence[Attempt]) -> float:
    """Area under the risk-coverage curve: the mean risk over all coverages; lower is better, 0.0 of no attempts.

    Within answers of the same confidence errors are spread evenly, as a random order would on average.
    """
    total, taken, wrong = 0.0, 0, 0.0
    for _, group in _surest_first(attempts):
        errors = sum(not one.right for one in group) / len(group)
        for _ in group:
            taken, wrong = taken + 1, wrong + errors
            total += wrong / taken
    return total / len(attempts) if attempts else 0.0


def calibration(attempts: Sequence[Attempt], bins: int = BINS) -> tuple[Bin, ...]:
    """Attempts by confidence in bins of equal width between 0 and 1; empty bins are left out."""
    filled: dict[int, list[Attempt]] = {}
    for attempt in attempts:
        filled.setdefault(min(int(attempt.confidence * bins), bins - 1), []).append(attempt)
    return tuple(_bin(members) for _, members in sorted(filled.items()))


def calibration_error(attempts: Sequence[Attempt], bins: int = BINS) -> float:
    """Expected calibration error: how far confidence and the share of right answers are apart, weighted by bin."""
    found = calibration(attempts, bins)
    return sum(one.n * abs(one.confidence - one.right) for one in found) / len(attempts) if attempts else 0.0


def settings_of(attempts: Sequence[Attempt], thresholds: Sequence[float]) -> tuple[Setting, ...]:
    """What each threshold on confidence would give."""
    return tuple(_setting(attempts, threshold) for threshold in thresholds)


def _setting(attempts: Sequence[Attempt], threshold: float) -> Setting:
    told = [one for one in attempts if one.answerable]
    untold = [one for one in attempts if not one.answerable]
    return Setting(
        threshold,
        right=_share([one.right and one.confidence >= threshold for one in told]),
        over_abstention=_share([one.confidence < threshold for one in told]),
        abstention_recall=_share([one.confidence < threshold for one in untold]),
    )


def _surest_first(attempts: Sequence[Attempt]) -> Iterator[tuple[float, list[Attempt]]]:
    ordered = sorted(attempts, key=lambda one: -one.confidence)
    return ((confidence, list(group)) for confidence, group in groupby(ordered, key=lambda one: one.confidence))


def _bin(members: Sequence[Attempt]) -> Bin:
    confidence = sum(one.confidence for one in members) / len(members)
    return Bin(confidence, _share([one.right for one in members]), len(members))


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0
