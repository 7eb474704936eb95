"""Measures of a whole run that are no mean over its examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evals.curves import Attempt, aurc, calibration_error
from evals.estimates import Estimate, bootstrap, estimate
from evals.runner import Row, Run

MEASURES: Mapping[str, str] = {
    "aurc": "all, abstention off: area under the risk-coverage curve",
    "calibration_error": "all, abstention off: confidence against right answers",
    "twin_agreement": "twins: both right, both left, or both cite the same",
    "repeated_alike": "all: the same answer when asked again",
    "judged_right": "answered, by a chat model: right; no gate",
}


def measures(
    run: Run,
    attempts: Sequence[Attempt],
    *,
    differing: Sequence[str] | None = None,
    judged: Sequence[bool | None] = (),
) -> Mapping[str, Estimate | None]:
    """Every measure by name; None where it does not apply, as `repeated_alike` when nothing was asked again."""
    alike = None if differing is None else [float(row.example.id not in differing) for row in run.rows]
    return {
        "aurc": bootstrap(attempts, aurc),
        "calibration_error": bootstrap(attempts, calibration_error),
        "twin_agreement": twin_agreement(run),
        "repeated_alike": estimate(alike) if alike else None,
        "judged_right": estimate([None if one is None else float(one) for one in judged]),
    }


def attempts_of(run: Run) -> tuple[Attempt, ...]:
    """What the run itself answered; an abstention is no attempt."""
    answered = [row for row in run.rows if row.answer and not row.error and not row.answer.abstained]
    return tuple(
        Attempt(row.answer.confidence, row.example.answerable and row.right, row.example.answerable)
        for row in answered
        if row.answer
    )


def twin_agreement(run: Run) -> Estimate | None:
    """Share of the twins that come to the same as the question they reword."""
    rows = {row.example.id: row for row in run.rows}
    pairs = [(row, rows[row.example.twin]) for row in run.rows if row.example.twin in rows and row.example.twin]
    return estimate([float(_agree(*pair)) for pair in pairs])


def _agree(one: Row, other: Row) -> bool:
    if one.answer is None or other.answer is None:
        return False
    if one.answer.abstained or other.answer.abstained:
        return one.answer.abstained and other.answer.abstained
    return (one.right and other.right) or bool(_places(one) & _places(other))


def _places(row: Row) -> set[tuple[str, int, int]]:
    return {(one.source, one.start, one.end) for one in row.answer.citations} if row.answer else set()
