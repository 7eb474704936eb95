"""Statements of the checker over public sets, as figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from evals.benchmarks.summary import Figure
from evals.checking.checker import ClaimChecker
from evals.checking.measures import Point, Statistic, auc, balanced_accuracy, over, pearson, rate, spearman
from evals.checking.passages import Cutter
from evals.checking.public import ClaimSet, JudgedSentence, Label, LabelledClaim, PublicSet, Summary, SummarySet
from evals.runner import Progress
from qa.drafts import Statement


@dataclass(frozen=True, slots=True)
class SetFigures:
    """The figures of one file, and how many of its items were checked."""

    name: str
    items: int
    of: int
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class CheckedSummary:
    """A summary and the checker's statement on each of its sentences."""

    summary: Summary
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A labelled claim and the checker's statement on it."""

    labelled: LabelledClaim
    statement: Statement


def score(found: PublicSet, checker: ClaimChecker, cutter: Cutter, *, progress: Progress | None = None) -> SetFigures:
    """Check every item of a file."""
    if isinstance(found, SummarySet):
        figures = summary_figures([*_check_summaries(found, checker, cutter, progress=progress)])
    else:
        figures = claim_figures([*_check_claims(found, checker, cutter, progress=progress)])
    return SetFigures(found.path.name, len(found.items), found.of, tuple(figures))


def summary_figures(checked: Sequence[CheckedSummary]) -> list[Figure]:
    """A summary's score is the mean over its sentences; people's is that of what most of them found.

    Source: Wang, Cho and Lewis 2020, "Asking and Answering Questions to Evaluate the Factual Consistency of Summaries".
    """
    majority = [_summary_point(one, lambda sentence: float(sentence.is_consistent)) for one in checked]
    shares = [_summary_point(one, lambda sentence: sum(sentence.votes) / len(sentence.votes)) for one in checked]
    pairs = [pair for one in checked for pair in zip(one.summary.sentences, one.statements, strict=True)]
    sides = {
        name: [statement for sentence, statement in pairs if sentence.is_consistent is kind]
        for name, kind in (("consistent", True), ("inconsistent", False))
    }
    return [
        Figure("pearson", over(majority, pearson)),
        Figure("spearman", over(majority, spearman)),
        Figure("pearson_with_shares_of_votes", over(shares, pearson)),
        *_apart([(statement, sentence.is_consistent) for sentence, statement in pairs]),
        *_supported(sides),
    ]


def claim_figures(checked: Sequence[CheckedClaim]) -> list[Figure]:
    """How well claims that are supported are told from the others, and how many of each label are held supported."""
    sides = {name: [one.statement for one in checked if one.labelled.label == name] for name in get_args(Label)}
    return [*_apart([(one.statement, one.labelled.label == "supports") for one in checked]), *_supported(sides)]


def _check_summaries(
    found: SummarySet, checker: ClaimChecker, cutter: Cutter, *, progress: Progress | None
) -> Iterator[CheckedSummary]:
    for done, summary in enumerate(found.items, 1):
        claims = [sentence.text for sentence in summary.sentences]
        yield CheckedSummary(summary, checker.check(claims, cutter.text(summary.article)))
        if progress:
            progress(done, len(found.items))


def _check_claims(
    found: ClaimSet, checker: ClaimChecker, cutter: Cutter, *, progress: Progress | None
) -> Iterator[CheckedClaim]:
    for done, item in enumerate(found.items, 1):
        (statement,) = checker.check([item.claim], cutter.text(item.evidence, title=item.title))
        yield CheckedClaim(item, statement)
        if progress:
            progress(done, len(found.items))


def _summary_point(checked: CheckedSummary, wanted: Callable[[JudgedSentence], float]) -> Point:
    support = np.mean([statement.support for statement in checked.statements])
    return Point(float(support), float(np.mean([wanted(sentence) for sentence in checked.summary.sentences])))


def _apart(judged: Sequence[tuple[Statement, bool]]) -> Iterable[Figure]:
    """By verdict and by support, statements that are true and those that are not."""
    verdicts = [Point(float(_is_supported(statement)), float(is_true)) for statement, is_true in judged]
    supports = [Point(statement.support, float(is_true)) for statement, is_true in judged]
    measured: Sequence[tuple[str, Sequence[Point], Statistic]] = (
        ("balanced_accuracy", verdicts, balanced_accuracy),
        ("auc", supports, auc),
    )
    both = len({is_true for _, is_true in judged}) == 2
    return [Figure(name, over(points, statistic) if both else None) for name, points, statistic in measured]


def _supported(sides: dict[str, list[Statement]]) -> Iterable[Figure]:
    rates = {name: rate([_is_supported(statement) for statement in side]) for name, side in sides.items()}
    return [Figure(f"held_supported_of_{name}", measured) for name, measured in rates.items() if measured]


def _is_supported(statement: Statement) -> bool:
    return statement.verdict != "unsupported"
